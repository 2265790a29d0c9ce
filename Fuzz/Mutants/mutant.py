# SPDX-License-Identifier: GPL-2.0-only
"""A mutant, and lists of them."""

import collections
import re

from settings import contents, stop

# `line` is only where it is now. What a mutant is known by moves with the code: its file, the line
# that begins the function, and the text of the line before and after, without indentation. The
# text after may be of several lines.
Mutant = collections.namedtuple("Mutant", "file line around before after")


def key(mutant):
    return (mutant.file, mutant.around, mutant.before, mutant.after)


def block(mutant):
    """As a list has it."""
    after = mutant.after.replace("\n", "\n+ ")
    return f"{mutant.file}: {mutant.around}\n- {mutant.before}\n+ {after}\n"


def brief(mutant):
    """In one line."""
    after = mutant.after.replace("\n", " ⏎ ")
    return f"{mutant.file}:{mutant.line}: {mutant.before} → {after}"


def stripped(text):
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def surroundings(lines):
    """For each line the last one from it up that begins a word at the margin."""
    last, result = "", []
    for line in lines:
        if re.match(r"[A-Za-z_]", line):
            last = line.strip()
        result.append(last)
    return result


def listed(path):
    """What is said of the mutants of a list, by key: (word, reason)."""
    result, head, before, after = {}, None, None, []
    try:
        lines = contents(path).decode().split("\n")
    except OSError as error:
        stop(f"{path}: {error.strerror}")
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("reference/") and ": " in line and not after:
            head, before, after = line.split(": ", 1), None, []
        elif head and line.startswith("- "):
            before = line[2:].strip()
        elif head and before and line.startswith("+"):
            after.append(line[1:].strip())
        elif after and (said := re.match(r"(equivalent|later|known): (.+)", line)):
            result[(*head, before, "\n".join(after))] = (said[1], said[2])
            head, before, after = None, None, []
        else:
            stop(f"{path}:{number}: expected 'FILE: FUNCTION', '- LINE', '+ LINE', then"
                 " 'equivalent: REASON' (or 'later', 'known')")
    if head:
        stop(f"{path}: its last mutant has no reason")
    return result


def planted(path):
    """The mutants of a list, each where it stands in the port now."""
    result = []
    for file, around, before, after in listed(path):
        lines = contents(file).decode().splitlines()
        places = enumerate(zip(map(stripped, lines), surroundings(lines)), 1)
        line = next((number for number, place in places if place == (before, around)), None)
        if line is None:
            stop(f"{path}: {file} has no line '{before}' below '{around}'")
        result.append(Mutant(file, line, around, before, after))
    return result

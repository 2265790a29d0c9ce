# SPDX-License-Identifier: GPL-2.0-only
"""All mutants that universalmutator makes of the port, in the order in which they are drawn."""

import collections
import contextlib
import glob
import io
import os
import re
import subprocess
import sys

from mutant import Mutant, stripped, surroundings
from settings import BUILD, SEED, contents, digest, setting, stop

TOOL = "universalmutator==1.14.1"  # with its rules the draw is another
RULES = ["universal.rules", "c.rules", "c_like.rules"]


def enter_environment():
    """Goes on in a virtual environment of the build folder, which has the tool."""
    folder = f"{BUILD}/venv"
    if sys.prefix == folder:
        return
    complete = f"{folder}/{TOOL}"
    if not os.path.exists(complete):
        if subprocess.run([sys.executable, "-m", "venv", "--clear", folder]).returncode:
            stop("python3 -m venv does not work here")
        if subprocess.run([f"{folder}/bin/python3", "-m", "pip", "install", "-qq",
                           "--disable-pip-version-check", TOOL]).returncode:
            stop(f"cannot install {TOOL} from PyPI")
        open(complete, "w").close()
    os.execv(f"{folder}/bin/python3", [f"{folder}/bin/python3", *sys.argv])


def changed_lines(revision):
    """By file, the lines that have changed since."""
    diff = subprocess.run(["git", "diff", "-U0", "--no-ext-diff", "--no-color", revision, "--",
                           "reference"], capture_output=True, text=True)
    if diff.returncode:
        stop(f"SINCE={revision}: {diff.stderr.strip()}")
    result, file = collections.defaultdict(set), None
    for line in diff.stdout.split("\n"):
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            result[file].update(range(first, first + count))
    return result


def ways(lines):
    """By number of line, what the tool makes of it."""
    from universalmutator.mutator import mutants_regexp

    result = collections.defaultdict(set)
    with contextlib.redirect_stdout(io.StringIO()):
        mutants = mutants_regexp(lines, RULES, ignorePatterns=[], ignoreStringOnly=True)
    for number, after, *_ in mutants:
        result[number].add(stripped(after))
    return result


def mutants_of(file, chosen):
    """The mutants of a file's chosen lines, each with its place in the draw."""
    lines = contents(file).decode().splitlines(keepends=True)
    around, seen = surroundings(lines), collections.Counter()
    for number, made in sorted(ways(lines).items()):
        before = stripped(lines[number - 1])
        seen[before] += 1
        name = digest(SEED, file, before, seen[before])
        if chosen is None or number in chosen:
            made = sorted(made - {before}, key=lambda after: digest(name, after))
            for turn, after in enumerate(made):
                yield turn, name, Mutant(file, number, around[number - 1], before, after)


def candidates():
    """One mutant of each line, then another of each, and so on.

    Lines follow each other in the order of checksums over what they are: a change elsewhere does
    not change the draw.
    """
    since = setting("SINCE")
    changed = changed_lines(since) if since else None
    result = []
    for file in sorted(glob.glob("reference/**/*.[ch]", recursive=True)):
        # The first two say what a subject is, not how this one works; the third is the kernel's.
        if file.startswith(("reference/abi/", "reference/include/", "reference/kernel/")):
            continue
        if re.search(setting("ONLY", ""), file):
            result += mutants_of(file, changed and changed[file])
    return [mutant for *_, mutant in sorted(result)]

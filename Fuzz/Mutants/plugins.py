# SPDX-License-Identifier: GPL-2.0-only
"""Compiles mutants. None for a mutant means the port as it is."""

import functools
import shutil
import subprocess
import tempfile

from mutant import key
from settings import BUILD, contents, digest, load, save

# Its own functions, whatever the fuzzer has of the same names.
LINK = ["clang", "-shared", "-w", "-Wl,-Bsymbolic"]
COUNTERS = "-fsanitize-coverage=inline-8bit-counters,pc-table"


def copy_of_port(mutant, folder):
    shutil.copytree("reference", f"{folder}/reference")
    if mutant:
        path = f"{folder}/{mutant.file}"
        lines = contents(path).decode().splitlines()
        lines[mutant.line - 1] = mutant.after
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")


def objects(folder, level, *flags):
    """The objects of the port in a folder; None when it does not compile."""
    made = subprocess.run(["Fuzz/changed-objects", folder, f"{folder}/{level}", f"{BUILD}/{level}",
                           f"-{level}", *flags], capture_output=True, text=True)
    return None if made.returncode else made.stdout.split()


@functools.cache
def port():
    """A checksum of the port's sources and of the compiler."""
    objects(".", "O2")
    return contents(f"{BUILD}/O2/sum")


def fingerprint(mutant):
    """A checksum of all objects at -O2; None when no plug-in can be built of the mutant."""
    name = digest(port(), *(key(mutant) + (mutant.line,) if mutant else ()))
    path = f"{BUILD}/fingerprints/{name}"
    known = load(path)
    if not known:
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            copy_of_port(mutant, folder)
            made = objects(folder, "O2")
            whole = made and not subprocess.run(
                [*LINK, "-Wl,-z,defs", *made, "-o", f"{folder}/whole.so"],
                stderr=subprocess.DEVNULL).returncode
            known["sum"] = digest(*map(contents, made)) if whole else None
        save(path, known)
    return known["sum"]


class Plugin:
    """A mutant as two shared objects, compiled when first asked for."""

    def __init__(self, mutant, folder):
        self.mutant, self.folder = mutant, folder

    @functools.cached_property
    def linked(self):
        copy_of_port(self.mutant, self.folder)
        return [*LINK, *objects(self.folder, "O0", COUNTERS)]

    @functools.cached_property
    def counting(self):
        """It tells the fuzzer what it reaches, as the port itself does there."""
        subprocess.run([*self.linked, "-o", f"{self.folder}/counting.so"], check=True)
        return f"{self.folder}/counting.so"

    @functools.cached_property
    def plain(self):
        """For whoever does not ask what it reaches."""
        with open(f"{self.folder}/nobody.c", "w") as file:
            for hook in ("8bit_counters_init", "pcs_init"):
                file.write(f"void __sanitizer_cov_{hook}(void *a, void *b) {{}}\n")
        subprocess.run([*self.linked, f"{self.folder}/nobody.c", "-o", f"{self.folder}/plain.so"],
                       check=True)
        return f"{self.folder}/plain.so"

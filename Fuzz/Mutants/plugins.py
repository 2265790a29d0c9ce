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
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
# Written by SwiftPM when it builds the tests.
TEST_OBJECTS = ".build/debug/lockstepPackageTests.product/Objects.LinkFileList"
COUNTERS = "-fsanitize-coverage=inline-8bit-counters,pc-table"


def copy_of_port(mutant, folder):
    shutil.copytree("reference", f"{folder}/reference")
    if mutant:
        path = f"{folder}/{mutant.file}"
        lines = contents(path).decode().splitlines()
        lines[mutant.line - 1] = mutant.after
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")


def objects(folder, name, *flags):
    """The objects of the port in a folder; None when it does not compile. `name` is what objects
    with these flags are called."""
    made = subprocess.run(["Fuzz/changed-objects", folder, f"{folder}/{name}", f"{BUILD}/{name}",
                           *flags], capture_output=True, text=True)
    return None if made.returncode else made.stdout.split()


@functools.cache
def asan_runtime():
    return subprocess.run(["clang", "-print-file-name=libclang_rt.asan-x86_64.so"],
                          capture_output=True, text=True, check=True).stdout.strip()


@functools.cache
def port():
    """A checksum of the port's sources and of the compiler."""
    objects(".", "shipped", "-O2")
    return contents(f"{BUILD}/shipped/sum")


def fingerprint(mutant):
    """A checksum of all objects at -O2; None when no plug-in can be built of the mutant."""
    name = digest(port(), *(key(mutant) + (mutant.line,) if mutant else ()))
    path = f"{BUILD}/fingerprints/{name}"
    known = load(path)
    if not known:
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            copy_of_port(mutant, folder)
            made = objects(folder, "shipped", "-O2")
            whole = made and not subprocess.run(
                [*LINK, "-Wl,-z,defs", *made, "-o", f"{folder}/whole.so"],
                stderr=subprocess.DEVNULL).returncode
            known["sum"] = digest(*map(contents, made)) if whole else None
        save(path, known)
    return known["sum"]


class Plugin:
    """A mutant as shared objects, each compiled when first asked for."""

    def __init__(self, mutant, folder):
        self.folder = folder
        copy_of_port(mutant, folder)

    @functools.cached_property
    def uncounted(self):
        """What is linked where nobody asks what is reached."""
        nobody = f"{self.folder}/nobody.c"
        with open(nobody, "w") as file:
            for hook in ("8bit_counters_init", "pcs_init"):
                file.write(f"void __sanitizer_cov_{hook}(void *a, void *b) {{}}\n")
        subprocess.run(["clang", "-fPIC", "-w", "-c", nobody, "-o", f"{nobody}.o"], check=True)
        return [*self.counted, f"{nobody}.o"]

    def link(self, name, *words):
        path = f"{self.folder}/{name}.so"
        subprocess.run([*LINK, *words, "-o", path], check=True)
        return path

    @functools.cached_property
    def counted(self):
        return objects(self.folder, "counted", "-O0", COUNTERS)

    @functools.cached_property
    def counting(self):
        """It tells the fuzzer what it reaches, as the port itself does there."""
        return self.link("counting", *self.counted)

    @functools.cached_property
    def guarded(self):
        """The same under sanitizers; for a fuzzer that has their runtime."""
        made = objects(self.folder, "guarded", "-O1", COUNTERS, *SANITIZERS)
        return self.link("guarded", *SANITIZERS, *made)

    @functools.cached_property
    def plain(self):
        """For whoever does not ask what it reaches."""
        return self.link("plain", *self.uncounted)

    @functools.cached_property
    def tests(self):
        """The tests, linked with the mutant in place of the port."""
        path, words = f"{self.folder}/testing", contents(TEST_OBJECTS).decode().split()
        words = [word for word in words if "/Reference.build/" not in word] + self.uncounted
        with open(f"{path}.list", "w") as file:
            file.write("\n".join(words))
        subprocess.run(["swiftc", "-emit-executable", f"@{path}.list", "-o", path], check=True)
        return path

    @functools.cached_property
    def checked(self):
        """Under sanitizers; for programs before which their runtime was loaded."""
        made = objects(self.folder, "checked", "-O1", *SANITIZERS)
        return self.link("checked", *SANITIZERS, "-shared-libasan", *made)

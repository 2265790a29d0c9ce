# SPDX-License-Identifier: GPL-2.0-only
"""Who judges mutants, the cheapest first, and what makes a judge's verdict stale."""

import collections
import glob
import hashlib
import itertools
import os
import subprocess

from plugins import TEST_OBJECTS, asan_runtime
from settings import (ASAN_FUZZ, BUILD, IOPT, IOPT_FUZZ, LANE_RUNS, RUNS, SEED, contents, digest,
                      setting, stop, write)

# In `commands`, {counting}, {plain} and {checked} stand for the plug-in, {tests} for the tests that
# have it built in, and {out} for a folder. `reads` are what it is made of beside the harness:
# folders and files.
Judge = collections.namedtuple("Judge", "name commands reads")

FUZZING = "fuzzing"
# They take longer than all others together.
DEAREST = ("tests", "configurations")
SANITIZING = "detect_leaks=1:hard_rss_limit_mb=4096:quarantine_size_mb=16"
KEPT = "kept"
HARNESS = ["Package.swift", "reference/abi", "Sources"]
SIDES = ["--left", "swift", "--right", "{plain}"]
INPUTS, SCENARIOS = f"{BUILD}/kept/inputs", f"{BUILD}/kept/scenarios"
TESTS = "DMATests|LockstepTests"
GENERATED = {
    f"{BUILD}/generated/pt.iopt.gz": ["--layer", "pt", "--count", "800"],
    f"{BUILD}/generated/dma.iopt.gz": ["--layer", "dma", "--count", "800"],
    f"{BUILD}/generated/working-set.iopt.gz": ["--layer", "working-set", "--operations", "50000"],
}

# Those of `enum iopt_row`, as a user types them.
ROWS = ["lookup", "dynamic-top", "page-sizes", "small-map", "no-page-size", "levels", "svpbmt", "dirty",
        "empty-piece", "destroy", "magazines"]


def all_judges():
    texts = sorted(glob.glob("Corpus/reproducers/*.iopt") + glob.glob("Corpus/scenarios/*.iopt"))
    packed = sorted(glob.glob("Corpus/scenarios/*.iopt.gz"))
    traces = sorted(glob.glob("Corpus/kernel/**/*.iopt.gz", recursive=True))
    out = ["--artifacts", "{out}"]
    sweep = [IOPT, "sweep"]
    scenarios = [IOPT, "diff", *texts, *packed, *SIDES]
    corpus = [IOPT, "corpus", "check", "Corpus/fuzz", *SIDES]
    replay = [IOPT, "replay", "--subject", "{plain}", *traces]
    leaks = [IOPT, "check", "--oracle", "leak", "--subject", "{plain}", *texts, *packed, *traces]
    fuzzing = [fuzzer("", "{counting}", RUNS),
               fuzzer(",listen,skew", "{counting}", LANE_RUNS),
               ["env", f"ASAN_OPTIONS={SANITIZING}", *fuzzer("", "{guarded}", LANE_RUNS, ASAN_FUZZ)]]
    return [
        Judge(KEPT, [], []),
        Judge("scenarios", [scenarios], texts + packed),
        Judge("corpus", [corpus], ["Corpus/fuzz"]),
        Judge("contract", [[*sweep, "contract", "--subject", "{plain}", *out]], []),
        Judge("generated", [[IOPT, "diff", *GENERATED, *SIDES]], []),
        Judge("rows", [[IOPT, "diff", *list(GENERATED)[:2], *texts, "--left", f"swift,{row}=7.1",
                        "--right", f"{{plain}},{row}=7.1"] for row in ROWS], texts),
        Judge(FUZZING, fuzzing, [f"Fuzz/{name}" for name in ("Driver", "Target", "CFuzzer")]),
        Judge("traces", [replay], traces),
        Judge("leaks", [leaks], texts + packed + traces),
        Judge("sanitized", [sanitized(one) for one in (
            [*scenarios, "--in-process"], corpus, [*replay, "--in-process"])],
              texts + packed + traces + ["Corpus/fuzz"]),
        Judge("allocations", [[*sweep, "allocations", "--limit", "20", *SIDES, *out, *texts]], texts),
        Judge("exhaustive", [[*sweep, "exhaustive", "--depth", "3", *SIDES, *out]], []),
        Judge("tests", [["{tests}", "--testing-library", "swift-testing", "--filter", TESTS]],
              ["Tests", "Corpus"]),
        Judge("configurations", [[*sweep, "configurations", *SIDES, *out]], []),
    ]


def fuzzer(suffix, plugin, runs, program=IOPT_FUZZ):
    """The fuzzer, from an empty corpus; the suffix goes to both sides."""
    return [program, "--left", f"swift{suffix}", "--right", f"{plugin}{suffix}", "--artifacts",
            "{out}", "--shrink-seconds", "0", "--", f"-runs={runs}", f"-seed={SEED}", "-timeout=10"]


def sanitized(command):
    """The same with the plug-in under sanitizers, whose runtime comes before everything. Leaks are
    told by a process that ends as usual, so not by a plug-in's own."""
    return ["env", f"LD_PRELOAD={asan_runtime()}", f"ASAN_OPTIONS={SANITIZING}",
            *(word.replace("{plain}", "{checked}") for word in command)]


def chosen_judges():
    judges, names = all_judges(), setting("JUDGES")
    names = names.split(",") if names else [judge.name for judge in judges]
    for name in names:
        if name not in (judge.name for judge in judges):
            stop(f"JUDGES: '{name}': expected {', '.join(judge.name for judge in judges)}")
    judges = [judge for judge in judges if judge.name in names]
    if "tests" in names and not os.path.exists(TEST_OBJECTS):
        stop("the tests are not built: swift build --build-tests")
    fuzzers = (IOPT_FUZZ, ASAN_FUZZ) if FUZZING in names else ()
    for program in (IOPT, *fuzzers):
        if not os.access(program, os.X_OK):
            stop(f"{program} is not there: make build fuzz-build fuzz-build-address")
    if "generated" in names or "rows" in names:
        generate()
    return judges


def generate():
    for path, options in GENERATED.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run([IOPT, "generate", "--seed", str(SEED), *options, "-o", path], check=True)


def judge_sum(judge):
    """A checksum of what the judge is made of: its commands, what it reads, the harness and the
    Swift side."""
    files = {file for path in HARNESS + judge.reads for file in files_below(path)}
    programs = (IOPT, IOPT_FUZZ, ASAN_FUZZ)
    words = [word.replace(BUILD, "") for one in judge.commands for word in one
             if word not in programs]
    return digest(*words, *itertools.chain(*((file, contents(file)) for file in sorted(files))))


def files_below(path):
    if not os.path.isdir(path):
        return [path]
    return [f"{folder}/{name}" for folder, _, names in os.walk(path) for name in names]


# What killed before is tried first.

def keep(out):
    """Keeps what a judge wrote of its finding: inputs and scenarios."""
    for path in files_below(out):
        name, data = os.path.basename(path), contents(path)
        if name.startswith(("crash-", "timeout-")) and len(data) <= 4096:
            write(f"{INPUTS}/{hashlib.sha1(data).hexdigest()}", data)
        elif name.endswith(".iopt"):
            write(f"{SCENARIOS}/{digest(data)[:16]}.iopt", data)


def kept():
    """The judge that tries what is kept now."""
    commands = []
    if texts := sorted(glob.glob(f"{SCENARIOS}/*.iopt")):
        commands.append([IOPT, "diff", *texts, *SIDES])
    if os.path.isdir(INPUTS):
        commands.append([IOPT, "corpus", "check", INPUTS, *SIDES])
    return Judge(KEPT, commands, [])

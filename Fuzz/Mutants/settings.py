# SPDX-License-Identifier: GPL-2.0-only
"""What the environment says (Fuzz/mutants lists it), and files below the build folder."""

import hashlib
import json
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEED = 1  # of the draw and of the fuzzer


def stop(message):
    print(f"mutants: {message}", file=sys.stderr)
    sys.exit(2)


def setting(name, otherwise=None):
    return os.environ.get(name) or otherwise


def number(name, otherwise):
    text = setting(name, str(otherwise))
    if not text.isdecimal() or int(text) == 0:
        stop(f"{name}={text}: expected a number of at least 1")
    return int(text)


BUILD = os.path.abspath(setting("BUILD", f"{ROOT}/.build-mutants"))
JOBS = number("JOBS", 2)
RUNS = number("RUNS", 75000)
LANE_RUNS = number("LANE_RUNS", max(1, RUNS // 3))  # in each lane beside the plain one
IOPT = setting("IOPT", ".build/release/iopt")
IOPT_FUZZ = setting("IOPT_FUZZ", "Fuzz/.build/release/iopt-fuzz")
ASAN_FUZZ = setting("ASAN_FUZZ", "Fuzz/.build-address/release/iopt-fuzz")


def digest(*parts):
    """A checksum of texts and bytes one after the other, none running into the next."""
    whole = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    """All of it or nothing, whoever reads at the same time."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=BUILD, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)


def load(path):
    return json.loads(contents(path)) if os.path.exists(path) else {}


def save(path, record):
    write(path, json.dumps(record).encode())

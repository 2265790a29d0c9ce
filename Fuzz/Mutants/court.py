# SPDX-License-Identifier: GPL-2.0-only
"""Runs judges, each within its limits, and remembers their verdicts."""

import contextlib
import glob
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time

from judges import DEAREST, FUZZING, KEPT, chosen_judges, judge_sum, keep, kept
from plugins import Plugin, fingerprint
from settings import BUILD, contents, load, save, setting, stop

GIB = 1 << 30
IDLE = 60  # seconds by the clock without work, after which a judge hangs
TICKS = os.sysconf("SC_CLK_TCK")
running = set()  # leaders of sessions


def kill(leader):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def limit_process(seconds, memory):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (GIB // 4, GIB // 4))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def worked(leader):
    """Seconds of processor time of a process and of those below it that run."""
    times, below = {}, {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = contents(path).decode(errors="replace").partition(" (")
            fields = rest.rpartition(") ")[2].split()
            times[int(pid)] = int(fields[11]) + int(fields[12])
            below.setdefault(int(fields[1]), []).append(int(pid))
    total, found = 0, [leader]
    while found:
        pid = found.pop()
        total += times.get(pid, 0)
        found += below.get(pid, [])
    return total / TICKS


class Idleness:
    """For how long a process has done nothing."""

    def __init__(self, leader):
        self.leader, self.work, self.since = leader, 0, time.monotonic()
        self.asked = self.since

    def is_over(self):
        """Whether it hangs. It is looked at once a second."""
        now = time.monotonic()
        if now < self.asked + 1:
            return False
        self.asked, work = now, worked(self.leader)
        # A child that ended takes its time with it: that was work, too.
        if abs(work - self.work) > 0.1:
            self.work, self.since = work, now
        return now > self.since + IDLE


def run(command, out, seconds):
    """Runs a judge for so many seconds of processor time, and five times as long by the clock and a
    minute, or until it does nothing for a minute. Returns its status (negative: a signal; None: too
    long by the clock), what it printed, and its seconds of processor time."""
    os.makedirs(out, exist_ok=True)
    # A sanitizer's shadow is larger than all memory; it has a limit of its own.
    memory = resource.RLIM_INFINITY if command[0] == "env" else 8 * GIB
    with open(f"{out}/log", "wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=lambda: limit_process(seconds, memory),
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    running.add(process.pid)
    end, pid, idleness = time.monotonic() + 60 + 5 * seconds, 0, Idleness(process.pid)
    while not pid and time.monotonic() < end and not idleness.is_over():
        time.sleep(0.02)
        pid, raw, usage = os.wait4(process.pid, os.WNOHANG)
    kill(process.pid)
    status = os.waitstatus_to_exitcode(raw) if pid else None
    if not pid:
        *_, usage = os.wait4(process.pid, 0)
    running.discard(process.pid)
    if status == -signal.SIGKILL and usage.ru_utime + usage.ru_stime < seconds:
        stop(f"somebody else killed {command[0]}: out of memory?")
    process.returncode = 0  # it was waited for
    text = contents(f"{out}/log").decode(errors="replace")
    return status, text, usage.ru_utime + usage.ru_stime


def complaint(status, text):
    """How a judge's run shows that something is wrong; None when it does not."""
    if status is None or status in (-signal.SIGXCPU, -signal.SIGKILL):
        return "takes too long"
    if found := re.search(r"==== finding: (.*?)(, as in .*)?$", text, re.M):
        return found[1]
    if found := re.search(r"^SUMMARY: (\w+: \S+( signal| byte\(s\) leaked)?)", text, re.M):
        return found[1]
    if found := re.search(r"Test (\w+)\(.* recorded an issue", text):
        return found[1]
    if status:
        return signal.Signals(-status).name if status < 0 else f"status {status}"
    # The port itself refuses nothing that it is asked here, and nothing is fitted to what it states.
    refused = re.search(r"\b([1-9]\d*) ((scenarios?|inputs?|operations?|configurations?) )?"
                        r"(refused|not run|that a side refuses|left out|changed)\b", text)
    return refused and f"{refused[1]} {refused[4]}"


def filled(word, words):
    """A word of a command with what stands for its placeholders."""
    for name, meaning in words.items():
        word = word.replace(name, meaning)
    return word


def hear(judge, plugin, seconds):
    """What one judge says: how the mutant was killed, or None; executions; processor seconds."""
    out, total, killed, count = f"{plugin.folder}/{judge.name}", 0, None, None
    for command in judge.commands:
        words = {"{out}": out}
        for name in ("counting", "guarded", "plain", "checked", "tests"):
            if any(f"{{{name}}}" in word for word in command):
                words[f"{{{name}}}"] = getattr(plugin, name)
        status, text, took = run([filled(word, words) for word in command], out, seconds)
        total += took
        killed = complaint(status, text)
        count = re.search(r"^stat::number_of_executed_units: *(\d+)", text, re.M)
        if killed:
            keep(out)
            break
    return {"killed": killed, "executions": int(count[1]) if count else None, "seconds": total}


class Court:
    def __init__(self):
        self.judges = chosen_judges()
        self.sums = {judge.name: judge_sum(judge) for judge in self.judges}
        self.port = fingerprint(None)
        # What the port takes is measured once, while others hear what was measured before.
        self.locks = {judge.name: threading.Lock() for judge in self.judges}

    def remembered(self, judge, sum, find):
        """A verdict on objects of this checksum; what `find` finds, when it is not there."""
        path = f"{BUILD}/verdicts/{sum[:32]}.{judge.name}"
        record = load(path)
        if record.get("judge") != self.sums[judge.name]:
            record = {**find(), "judge": self.sums[judge.name]}
            # Tomorrow there is more that is kept.
            if record["killed"] or judge.name != KEPT:
                save(path, record)
        return record

    def limit(self, judge):
        """Seconds that a mutant may take: five times what the port takes, and ten."""
        def measure():
            with tempfile.TemporaryDirectory(dir=BUILD) as folder:
                return hear(judge, Plugin(None, folder), 1800)
        with self.locks[judge.name]:
            record = self.remembered(judge, self.port, measure)
        if record["killed"]:
            stop(f"{judge.name} finds fault with the port itself: {record['killed']}")
        return int(10 + 5 * record["seconds"])

    def hear(self, judge, plugin):
        return hear(kept(), plugin, 60) if judge.name == KEPT else hear(
            judge, plugin, self.limit(judge))

    def verdicts(self, mutant, sum, is_listed):
        """By judge. Fuzzing is always heard, of the others as many as it takes; for what is listed as a
        survivor, and so was judged before, the dearest only where they are asked for."""
        result = {}
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            plugin = Plugin(mutant, folder)
            for judge in self.judges:
                if judge.name != FUZZING and any(v["killed"] for v in result.values()):
                    continue
                if is_listed and judge.name in DEAREST and not setting("JUDGES"):
                    continue
                result[judge.name] = self.remembered(
                    judge, sum, lambda: self.hear(judge, plugin))
        return result

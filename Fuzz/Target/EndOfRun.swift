// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Glibc
import Lockstep
import Report
import ScenarioLanguage

/// What became of scenarios, which the process ends with. Set once, before anything is run.
nonisolated(unsafe) private var counted: (() -> JobTally)?
/// What inputs were fitted with, when they were.
nonisolated(unsafe) private var fitted: () -> Narrowing? = { nil }

/// Ends a job that was told to stop.
func endAsTold() -> Never {
  tellTally()
  iopt_fuzz_leave(IOPT_FUZZ_STOPPED, 0)
  _exit(0)
}

/// Tells who watches this job what became of its scenarios.
private func tellTally() {
  guard let job = JobShare.own, let counted else { return }
  job.tell(counted())
}

/// When libFuzzer ends the process, says why scenarios were refused and what was left out of inputs,
/// and ends it with status 3 when nothing at all was judged.
func endWithTally(
  _ told: @escaping () -> JobTally, narrowing: @escaping () -> Narrowing?
) {
  counted = told
  fitted = narrowing
  atexit {
    guard JobShare.own == nil else { return tellTally() }
    guard let told = counted?() else { return }
    let tally = told.tally
    let narrowing = fitted()
    let leftOut = (narrowing?.leftOut ?? 0) + told.oversized
    guard tally.scenarios + leftOut > 0 else { return }
    for line in tally.refusalLines { printError(line + "\n") }
    for line in narrowing?.lines("input") ?? [] { printError("  \(line)\n") }
    if let line = told.oversizedLine { printError("  \(line)\n") }
    // Where all inputs with operations were refused, that domains were opened says nothing.
    let isIdle = !told.wasAsked && tally.refused + leftOut > 0
    guard tally.verdict == .nothingJudged || tally.verdict == .agrees && isIdle else { return }
    for line in tally.unopenedLines { printError(line + "\n") }
    printError(
      "iopt-fuzz: \(tally.scenarios) scenarios, \(tally.refused) refused, \(leftOut) left out:"
        + " nothing was judged\n")
    _exit(RunVerdict.nothingJudged.rawValue)
  }
}

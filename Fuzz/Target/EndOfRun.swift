// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import Glibc
import Lockstep
import Report
import ScenarioLanguage

/// The engine whose tally the process ends with. Set once, before anything is run.
nonisolated(unsafe) private var counted: Engine?
/// Whether a subject did an operation in a scenario that none refused.
nonisolated(unsafe) private var wasAsked: () -> Bool = { false }
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
  var told = JobTally()
  told.tally = counted.tally
  told.narrowed = fitted()?.tally ?? [:]
  told.wasAsked = wasAsked()
  job.tell(told)
}

/// When libFuzzer ends the process, says why scenarios were refused and what was left out of inputs,
/// and ends it with status 3 when nothing at all was judged.
func endWithTally(
  of engine: Engine, asked: @escaping () -> Bool, narrowing: @escaping () -> Narrowing?
) {
  counted = engine
  wasAsked = asked
  fitted = narrowing
  atexit {
    guard JobShare.own == nil else { return tellTally() }
    guard let tally = counted?.tally else { return }
    let narrowing = fitted()
    let leftOut = narrowing?.leftOut ?? 0
    guard tally.scenarios + leftOut > 0 else { return }
    for line in tally.refusalLines { printError(line + "\n") }
    for line in narrowing?.lines("input") ?? [] { printError("  \(line)\n") }
    // Where all inputs with operations were refused, that domains were opened says nothing.
    let isIdle = !wasAsked() && tally.refused + leftOut > 0
    guard tally.verdict == .nothingJudged || tally.verdict == .agrees && isIdle else { return }
    for line in tally.unopenedLines { printError(line + "\n") }
    printError(
      "iopt-fuzz: \(tally.scenarios) scenarios, \(tally.refused) refused, \(leftOut) left out:"
        + " nothing was judged\n")
    _exit(RunVerdict.nothingJudged.rawValue)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
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

/// When libFuzzer ends the process, says why scenarios were refused and what was left out of inputs,
/// and ends it with status 3 when nothing at all was judged.
func endWithTally(
  of engine: Engine, asked: @escaping () -> Bool, narrowing: @escaping () -> Narrowing?
) {
  counted = engine
  wasAsked = asked
  fitted = narrowing
  atexit {
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

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Report

/// The engine whose tally the process ends with. Set once, before anything is run.
nonisolated(unsafe) private var counted: Engine?

/// When libFuzzer ends the process, says why scenarios were refused, and ends it with status 3 when
/// nothing at all was judged.
func endWithTally(of engine: Engine) {
  counted = engine
  atexit {
    guard let tally = counted?.tally, tally.scenarios > 0 else { return }
    for line in tally.refusalLines { printError(line + "\n") }
    guard tally.verdict == .nothingJudged else { return }
    for line in tally.unopenedLines { printError(line + "\n") }
    printError(
      "iopt-fuzz: \(tally.scenarios) scenarios, \(tally.refused) refused: nothing was judged\n")
    _exit(RunVerdict.nothingJudged.rawValue)
  }
}

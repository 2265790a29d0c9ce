// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep

/// The engine whose tally the process ends with. Set once, before anything is run.
nonisolated(unsafe) private var counted: Engine?

/// When libFuzzer ends the process, says why scenarios were refused, and ends it with status 3 when
/// nothing at all was judged.
func endWithTally(of engine: Engine) {
  counted = engine
  atexit {
    guard let tally = counted?.tally, tally.scenarios > 0 else { return }
    for (reason, count) in tally.refusals.sorted(by: { $0.key < $1.key }) {
      printError("  \(count) scenarios not run: \(reason)\n")
    }
    guard tally.verdict == .nothingJudged else { return }
    printError(
      "iopt-fuzz: \(tally.scenarios) scenarios, \(tally.refused) refused: nothing was judged\n")
    _exit(RunVerdict.nothingJudged.rawValue)
  }
}

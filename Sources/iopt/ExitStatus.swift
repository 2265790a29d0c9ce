// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep

/// The one set of exit statuses, for every verb's help.
let exitStatuses = """
  Exit status: 0 all that was compared or judged agrees (scenarios that a subject refuses are \
  counted, listed departures are allowed), 1 something differs or is broken, or a subject crashes, \
  leaves or hangs, 2 bad input or usage, 3 nothing at all was compared or judged.
  """

/// Something differs or is broken; the report was printed.
let somethingDiffers = ExitCode(RunVerdict.differs.rawValue)

/// Nothing was compared; why was printed.
let nothingJudged = ExitCode(RunVerdict.nothingJudged.rawValue)

extension RunVerdict {
  /// Leaves with the status that belongs to the verdict; returns for 0.
  func leave() throws {
    if self != .agrees { throw ExitCode(rawValue) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report

/// Prints the reports of findings as they are made, up to a number; keeps them for `--json`.
final class FindingPrinter {
  private(set) var kept: [Finding] = []
  private var total = 0
  private let limit: Int
  private let isSilent: Bool
  private let progress: ProgressLine

  /// `isSilent`: reports are printed later, as JSON.
  init(limit: Int, isSilent: Bool, _ progress: ProgressLine) {
    self.limit = limit
    self.isSilent = isSilent
    self.progress = progress
  }

  /// Listens to one that judges.
  func listen(to judge: any Judging) {
    judge.onFinding = { [unowned self] in add($0) }
  }

  private func add(_ finding: Finding) {
    total += 1
    guard kept.count < limit else { return }
    kept.append(finding)
    progress.clear()
    if !isSilent { print(Ink.standardOutput.report(finding.report)) }
  }

  /// Says how many reports were not printed.
  func finish() {
    progress.clear()
    if !isSilent, total > kept.count {
      print("… \(total - kept.count) more (--reports shows more)")
    }
  }

  /// The reports as JSON prints them.
  var json: [FindingJSON] { kept.map(FindingJSON.init) }
}

// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

/// What of some folders was passed over, and why.
struct CorpusOmissions: Encodable {
  private var faults: [String] = []
  private(set) var vanished = 0
  private var reports = 0
  private var empty = 0

  mutating func add(_ contents: CorpusContents) {
    faults += contents.faults.map(\.description)
    vanished += contents.vanished
    reports += contents.reports
    empty += contents.empties.count
  }

  /// For the end of a summary; nothing when nothing was passed over.
  var text: String {
    var parts: [String] = []
    if vanished > 0 { parts.append("\(vanished) vanished meanwhile") }
    if reports > 0 { parts.append("\(reports) logs and reports left out") }
    if empty > 0 { parts.append("\(empty) empty files left out") }
    if !faults.isEmpty { parts.append("\(faults.count) cannot be read") }
    return parts.map { ", \($0)" }.joined()
  }

  /// Tells what cannot be read, when the rest is done, and leaves with the status of bad input.
  func leave() throws {
    let shown = 10
    for fault in faults.prefix(shown) { writeError(fault + "\n") }
    if faults.count > shown { writeError("… \(faults.count - shown) more\n") }
    if !faults.isEmpty { throw ExitCode(2) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

extension PatchLines {
  /// Scenarios that are shown; `--json` has all of them.
  private static let shown = 5
  private static let othersShown = 5
  /// Lines of a scenario that are shown.
  private static let longest = 24

  /// What is to be said, a line each; scenarios stand by themselves.
  func lines(base: String, head: String) -> [String] {
    var lines = [Self.summary(added, of: "lines of the change in compiled files")]
    lines += Self.lines(added)
    if !removed.isEmpty {
      lines.append(Self.summary(removed, of: "lines of \(base) without any in their place"))
      lines += Self.lines(removed)
    }
    if !others.isEmpty {
      let names = others.prefix(Self.othersShown).joined(separator: ", ")
      let rest = others.count - Self.othersShown
      lines.append(
        "changed and not compiled here: \(names)" + (rest > 0 ? " and \(rest) more" : ""))
    }
    return lines
  }

  /// The scenarios that are shown, with the number by which lines refer to each.
  var scenarioLines: [(number: Int, lines: [String])] {
    scenarios.prefix(Self.shown).enumerated().map {
      ($0 + 1, Self.short($1.text.split(separator: "\n").map(String.init)))
    }
  }

  /// Lines that run something run-of-the-mill, such as a magazine's filling, can take hundreds.
  private static func short(_ lines: [String]) -> [String] {
    guard lines.count > longest else { return lines }
    let rest = lines.count - longest / 2 * 2
    return lines.prefix(longest / 2) + ["… \(rest) more lines: --json has them …"]
      + lines.suffix(longest / 2)
  }

  /// What is said when more ran lines than are shown.
  var rest: String? {
    scenarios.count > Self.shown
      ? "\(scenarios.count - Self.shown) more scenarios: --json shows them" : nil
  }

  /// What robots read: no failure, as a change that was not run may be right.
  var results: [(passes: Bool, text: String)] {
    added.compactMap { stretch in
      switch stretch.fate {
      case .executed: (true, "lines \(stretch.place) executed")
      case .notExecuted: (true, "lines \(stretch.place) # SKIP not executed")
      case .noCode: nil
      }
    }
  }

  private static func summary(_ stretches: [Stretch], of what: String) -> String {
    let all = count(stretches) { _ in true }
    let none = count(stretches) { $0 == .noCode }
    let missed = count(stretches) { $0 == .notExecuted }
    if all == 0 { return "no \(what)" }
    return
      "\(all) \(what): \(all - none - missed) executed, \(missed) not executed, \(none) without"
      + " code here"
  }

  private static func lines(_ stretches: [Stretch]) -> [String] {
    var lines: [String] = []
    var file = ""
    for stretch in stretches where stretch.fate != .noCode {
      if stretch.file != file { lines.append("  \(stretch.file)") }
      file = stretch.file
      switch stretch.fate {
      case .executed(let scenario):
        lines.append("    \(stretch.range) executed by scenario \(scenario + 1)")
      case .notExecuted: lines.append("    \(stretch.range) NOT EXECUTED")
      case .noCode: break
      }
    }
    return lines
  }
}

extension PatchLines.Stretch {
  /// `12`, or `12-15`.
  var range: String {
    lines.count == 1 ? "\(lines.lowerBound)" : "\(lines.lowerBound)-\(lines.upperBound)"
  }

  /// `drivers/iommu/iova.c:12-15`.
  var place: String { "\(file):\(range)" }
}

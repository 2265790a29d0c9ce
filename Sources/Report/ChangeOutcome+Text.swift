// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// A change with what it comes to and how soon it is found, as `iopt history` tells it.
public struct ChangeReport: Sendable {
  /// What it is about.
  public var change: KernelChange
  /// nil where it was not run: a plug-in was not there.
  public var outcome: ChangeOutcome?
  /// nil where nothing was measured.
  public var figure: HistoryFigure?
  /// A sentence of Markdown about its KUnit case; nil where that was not run.
  public var kunit: String?

  /// A report of one change.
  public init(
    _ change: KernelChange, _ outcome: ChangeOutcome?, _ figure: HistoryFigure?,
    kunit: String? = nil
  ) {
    self.change = change
    self.outcome = outcome
    self.figure = figure
    self.kunit = kunit
  }

  /// Whether the two sides differ; false also where that was not seen.
  public var differs: Bool { outcome?.finding != nil }

  /// The report for a terminal, without a line end.
  public var text: String {
    var lines = ["\(change.name): \(change.before) → \(change.after)"]
    lines += ["  " + change.summary.replacing("`", with: "")]
    lines += change.lines.map { "    " + $0 }
    guard let outcome else {
      return (lines + ["  not run: no such plug-in"]).joined(separator: "\n")
    }
    if let refusal = outcome.refusal { lines.append("  refused: \(refusal)") }
    for (name, done, verdict) in outcome.told {
      lines.append("  \(name): " + done.joined(separator: "; "))
      lines.append("    the contract: \(verdict.text)")
    }
    if let kunit { lines.append("  " + kunit.replacing("`", with: "")) }
    if let figure { lines.append("  found: \(figure.text)") }
    return lines.joined(separator: "\n")
  }

  /// The change's row of the table, cells without the bars around them.
  var cells: [String] {
    let verdicts = outcome.map { [$0.older.text, $0.newer.text] } ?? ["not run", "not run"]
    let measured = figure.map {
      ["\($0.executions)", $0.time, "\($0.found)/\($0.seeds)"]
    }
    return [
      "[\(change.name)](#\(change.anchor))", "\(change.before) → \(change.after)", change.summary,
      verdicts[0], verdicts[1],
    ] + (measured ?? ["", "", ""])
  }

  /// The change's section: its scenario, what both sides did, and what the contract says.
  var section: String {
    var lines = ["### \(change.name)", "", "```"] + change.lines + ["```", ""]
    guard let outcome else {
      return (lines + ["Not run: no such plug-in.", ""]).joined(separator: "\n")
    }
    lines.append("| | \(outcome.place) | the contract |")
    lines.append("| --- | --- | --- |")
    for (name, done, verdict) in outcome.told {
      let cell = done.map { $0.hasPrefix("= ") ? "`\($0)`" : $0 }.joined(separator: "<br>")
      lines.append("| \(name) | \(cell) | \(verdict.text) |")
    }
    if let kunit { lines += ["", kunit] }
    return (lines + [""]).joined(separator: "\n")
  }
}

extension KernelChange {
  fileprivate var lines: [String] { text.split(separator: "\n").map(String.init) }

  /// What a heading of the change's name is linked as.
  fileprivate var anchor: String { name.filter { $0.isLetter || $0.isNumber || $0 == "-" } }
}

extension ChangeOutcome {
  /// Both sides: the name, what that side did and the other did not, and the contract's verdict.
  var told: [(name: String, done: [String], verdict: ContractVerdict)] {
    let (left, right) = finding?.deeds ?? (["no difference"], ["no difference"])
    return [(change.before, left, older), (change.after, right, newer)]
  }

  /// Where the two differ, for the head of a table.
  fileprivate var place: String {
    guard let finding else { return "" }
    return finding.place.operation == nil ? "when it opens" : "`\(finding.statement)`"
  }
}

extension ContractVerdict {
  /// A few words.
  var text: String {
    switch self {
    case .keeps: "kept"
    case .departs(let names): "departs: \(names.joined(separator: ", "))"
    case .breaks(let signature): "broken: \(signature)"
    case .saysNothing: "says nothing"
    }
  }
}

extension HistoryFigure {
  /// Seconds with two decimals.
  fileprivate var time: String {
    let hundredths = Int((seconds * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  /// A few words.
  fileprivate var text: String {
    "after \(executions) executions, \(time) s of the processor (median of \(seeds)"
      + " seeds, \(found) found it)"
  }
}

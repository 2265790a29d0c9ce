// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

extension Review {
  /// The report for a terminal: its parts, one below the other.
  public var text: String {
    [Self.heading(base: base, head: head), comparisonText, examinationText, endText]
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// The first line, which can be told before anything was run.
  public static func heading(base: String, head: String) -> String {
    "Behaviour: \(base) against \(head)"
  }

  /// What all that was run has shown.
  public var comparisonText: String {
    var lines = [
      "  \(tally.scenarios) scenarios (\(origins)), \(tally.statements)"
        + " statements, \(tally.refused) refused"
    ]
    lines += tally.refusalLines.map { "  \($0)" }
    if changes.isEmpty { lines.append("  nothing differs") }
    for (number, change) in changes.enumerated() {
      lines += ["", "  \(number + 1). \(change.signature): \(change.scenarios)"] + change.block
    }
    lines += ["", "What they can do"] + capabilityLines.map { "  \($0)" }
    lines += ["", "Right: \(head) alone, \(headTally.judgements) times judged"]
    for breach in judgement.broken.prefix(Self.shownPromises) {
      lines += ["  BROKEN, and kept by \(base): \(breach.signature): \(breach.scenarios)"]
      lines += breach.block + [""]
    }
    lines += judgementLines.map { "  \($0)" }
    return lines.joined(separator: "\n")
  }

  /// What the trees' own cases say, and which lines were run; empty where nobody looked.
  public var examinationText: String {
    var lines: [String] = []
    if let cases {
      lines += ["", "The trees' own cases (KUnit)"]
      lines += cases.lines(base: base, head: head).map { "  \($0)" }
    }
    if let patch {
      lines += ["", "Was the change run"]
      lines += patch.lines(base: base, head: head).map { "  \($0)" }
      for scenario in patch.scenarioLines {
        lines += ["  scenario \(scenario.number):"] + scenario.lines.map { "       \($0)" }
      }
      lines += patch.rest.map { ["  \($0)"] } ?? []
    }
    return lines.joined(separator: "\n")
  }

  /// What it costs, what was not done, and how it ended.
  public var endText: String {
    var lines = costs?.section ?? []
    lines += notDone.map { "Not done: \($0)" }
    lines += ["", summary]
    return lines.joined(separator: "\n")
  }

  /// The same for a mail or a pull request.
  public var markdown: String {
    var lines = ["## \(base) → \(head)", "", summary, "", "### What changed in behaviour", ""]
    if !remarks.isEmpty { lines += remarks.map { "- \($0)" } + [""] }
    if changes.isEmpty {
      lines.append("Nothing, in \(tally.scenarios) scenarios of \(tally.statements) statements.")
    }
    for (number, change) in changes.enumerated() {
      lines += ["\(number + 1). `\(change.signature)` in \(change.scenarios)", ""]
      lines += change.markdownBlock + [""]
    }
    lines += ["", "### What they can do", ""] + capabilityLines.map { "- \($0)" }
    lines += ["", "### Is it right", ""]
    for (number, breach) in judgement.broken.prefix(Self.shownPromises).enumerated() {
      let name = "BROKEN, and kept by \(base): `\(breach.signature)`"
      lines += ["\(number + 1). \(name) in \(breach.scenarios)", ""]
      lines += breach.markdownBlock + [""]
    }
    lines += judgementLines.map { "- \($0)" }
    if let cases {
      lines += ["", "### The trees' own cases (KUnit)", ""]
      lines += cases.lines(base: base, head: head).map { "- \($0)" }
    }
    if let patch {
      lines += ["", "### Was the change run", "", "```"]
      lines += patch.lines(base: base, head: head)
      for scenario in patch.scenarioLines {
        lines += ["", "scenario \(scenario.number):"] + scenario.lines
      }
      lines += (patch.rest.map { ["", $0] } ?? []) + ["```"]
    }
    lines += costs?.markdownSection ?? []
    if !notDone.isEmpty { lines += ["", "### Not done", ""] + notDone.map { "- \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// What was not run, or not as it stands, and as what trees are judged that are no release, a line
  /// each.
  var remarks: [String] { tally.refusalLines.map { $0.replacing(/^ +/, with: "") } }

  /// The last line.
  public var summary: String {
    switch verdict {
    case .nothingCompared: "\(base) and \(head): nothing was compared"
    case .unchanged:
      "\(base) and \(head): no difference in \(tally.scenarios) scenarios"
        + (isOfOthersOnly ? "; none of the files that changed is compiled here" : "")
    case .changed:
      "\(base) and \(head): \(changes.count) kinds of difference\(capabilitySummary);"
        + " what \(base) kept, \(head) keeps"
    case .broken:
      "\(head) breaks \(brokenPromises) promise\(brokenPromises == 1 ? "" : "s") that \(base) kept;"
        + " \(changes.count) kinds of difference\(capabilitySummary)"
    }
  }

  /// All that changed is in files such as drivers', whose code nothing here runs.
  private var isOfOthersOnly: Bool {
    guard let patch else { return false }
    return patch.added.isEmpty && patch.removed.isEmpty && !patch.others.isEmpty
  }

  /// As many broken promises are shown in full.
  public static let shownPromises = 10

  /// What is not shown in full, a line each.
  private var judgementLines: [String] {
    let rest = judgement.broken.dropFirst(Self.shownPromises)
    var lines: [String] = []
    if !rest.isEmpty {
      let names = rest.map { "\($0.signature) (\($0.count))" }.joined(separator: ", ")
      lines.append("BROKEN too, and kept by \(base), \(rest.count) more: \(names)")
    }
    lines += judgement.unsettled.map {
      "broken where \(base) had ended before: \($0.signature): \($0.scenarios)"
    }
    lines += judgement.mended.map { "mended: \($0.signature) (\($0.scenarios) of \(base))" }
    lines += judgement.kept.map { "broken as before: \($0.signature): \($0.scenarios)" }
    lines += judgement.newDepartures.map {
      "new departure: \($0.name): \(FoundKind.scenarios($0.count))"
    }
    lines += judgement.lostDepartures.map {
      "departure that is gone: \($0.name): \(FoundKind.scenarios($0.count)) of \(base)"
    }
    return lines.isEmpty && judgement.broken.isEmpty ? ["no difference between the two"] : lines
  }

  /// Where the scenarios came from.
  var origins: String {
    "\(recorded) from files, " + (guided > 0 ? "\(guided) by iopt-fuzz, " : "") + "the others made"
  }
}

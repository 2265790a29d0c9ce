// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

extension Review {
  /// The report for a terminal.
  public var text: String {
    var lines = ["Behaviour: \(base) against \(head)"]
    lines.append(
      "  \(tally.scenarios) scenarios (\(origins)), \(tally.statements)"
        + " statements, \(tally.refused) refused")
    lines += tally.refusalLines.map { "  \($0)" }
    if changes.isEmpty { lines.append("  nothing differs") }
    for (number, change) in changes.enumerated() {
      lines += ["", "  \(number + 1). \(change.signature): \(change.count) scenarios"]
      lines += change.scenarioLines.map { "       \($0)" }
      lines += change.evidenceLines.map { "     \($0)" }
    }
    lines += ["", "What they can do"] + capabilityLines.map { "  \($0)" }
    lines += ["", "Right: \(head) alone, \(headTally.judgements) times judged"]
    lines += judgementLines.map { "  \($0)" }
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
    lines += costs?.section ?? []
    lines += notDone.map { "Not done: \($0)" }
    lines += ["", summary]
    return lines.joined(separator: "\n")
  }

  /// The same for a mail or a pull request.
  public var markdown: String {
    var lines = ["## \(base) → \(head)", "", summary, "", "### What changed in behaviour", ""]
    if changes.isEmpty {
      lines.append("Nothing, in \(tally.scenarios) scenarios of \(tally.statements) statements.")
    }
    for (number, change) in changes.enumerated() {
      lines += ["\(number + 1). `\(change.signature)` in \(change.count) scenarios", "", "```"]
      lines += change.scenarioLines + [""] + change.evidenceLines + ["```", ""]
    }
    lines += ["", "### What they can do", ""] + capabilityLines.map { "- \($0)" }
    lines += ["", "### Is it right", ""] + judgementLines.map { "- \($0)" }
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

  /// The same as the kernel's test robots read it.
  public var ktap: String {
    var results: [(passes: Bool, text: String)] = changes.map {
      (false, "behaviour \($0.signature)".withoutDirectives)
    }
    if changes.isEmpty { results.append((tally.judgements > 0, "behaviour")) }
    results += capabilityResults
    results += judgement.broken.map { (false, "right \($0.signature)".withoutDirectives) }
    if judgement.broken.isEmpty { results.append((true, "right")) }
    results += cases?.results ?? []
    results += patch?.results ?? []
    results += costs?.results ?? []
    let lines = results.enumerated().map {
      "\($1.passes ? "ok" : "not ok") \($0 + 1) \($1.text)"
    }
    return (["KTAP version 1", "1..\(results.count)"] + lines).joined(separator: "\n")
  }

  /// The last line.
  public var summary: String {
    switch verdict {
    case .nothingCompared: "\(base) and \(head): nothing was compared"
    case .unchanged: "\(base) and \(head): no difference in \(tally.scenarios) scenarios"
    case .changed:
      "\(base) and \(head): \(changes.count) kinds of difference\(capabilitySummary);"
        + " what \(base) kept, \(head) keeps"
    case .broken:
      "\(head) breaks \(brokenPromises) promises that \(base) kept;"
        + " \(changes.count) kinds of difference\(capabilitySummary)"
    }
  }

  private var judgementLines: [String] {
    var lines: [String] = []
    for breach in judgement.broken {
      lines.append("BROKEN, and kept by \(base): \(breach.signature): \(breach.count) scenarios")
      lines += breach.finding.report.split(separator: "\n").map { "  \($0)" }
    }
    lines += mendedLines
    lines += judgement.kept.map { "broken as before: \($0.signature): \($0.count) scenarios" }
    lines += judgement.newDepartures.map { "new departure: \($0)" }
    lines += judgement.lostDepartures.map { "departure that is gone: \($0)" }
    return lines.isEmpty ? ["no difference between the two"] : lines
  }
}

extension String {
  /// As a result's text in KTAP, in which a number sign begins a directive.
  var withoutDirectives: String { replacing("#", with: "") }
}

extension BehaviourChange {
  /// The scenario as a user would type it.
  var scenarioLines: [String] { scenario.text.split(separator: "\n").map(String.init) }

  /// What each side did, without the statement, which is the scenario's last line.
  var evidenceLines: [String] {
    finding.report.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      .filter { !$0.isEmpty }
  }
}

extension Review {
  /// What is mended, without the modes in which it was broken.
  private var mendedLines: [String] {
    var counts: [Signature: Int] = [:]
    for breach in judgement.mended {
      var signature = breach.signature
      signature.modes = []
      counts[signature, default: 0] += breach.count
    }
    return counts.map { "mended: \($0) (\($1) scenarios of \(base))" }.sorted()
  }

  /// Where the scenarios came from.
  var origins: String {
    "\(recorded) from files, " + (guided > 0 ? "\(guided) by iopt-fuzz, " : "") + "the others made"
  }
}

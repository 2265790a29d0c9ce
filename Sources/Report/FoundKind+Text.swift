// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

extension FoundKind {
  /// How many scenarios show it, in words.
  var scenarios: String { Self.scenarios(count) }

  /// So many scenarios, in words.
  static func scenarios(_ count: Int) -> String {
    "\(count) \(count == 1 ? "scenario" : "scenarios")"
  }

  /// For a terminal: the scenario, what is seen in it, and how to see it again.
  var block: [String] {
    scenarioLines.map { "       \($0)" } + (evidenceLines + [reproduction]).map { "     \($0)" }
  }

  /// The same for Markdown, as one block.
  var markdownBlock: [String] {
    ["```"] + scenarioLines + [""] + evidenceLines + [reproduction, "```"]
  }

  /// The same as diagnostics of KTAP.
  var diagnostics: [String] {
    (scenarioLines + evidenceLines + [reproduction]).map { "# \($0)" }
  }

  /// The scenario as a user would type it.
  private var scenarioLines: [String] { scenario.text.split(separator: "\n").map(String.init) }

  /// What is wrong, or what each side did.
  private var evidenceLines: [String] {
    finding.report.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      .filter { !$0.isEmpty }
  }

  private var reproduction: String {
    var named = finding
    named.place.file = "FILE"
    return "  reproduce, with the scenario in FILE: \(Command.reproduce(named))"
  }
}

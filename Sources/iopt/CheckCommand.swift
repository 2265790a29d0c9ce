// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge each subject alone, by everything that needs no second one.",
    discussion: """
      The contract says what the page table and the DMA layer promise (Documentation/contract.md); \
      leak takes each domain down and looks for tables that are left; and every subject is held to \
      the rules of the subject ABI. Where the kernel is known to depart from its contract, the \
      departure is named and counted; --forbid makes one a failure, so that "this one no longer \
      has it" can be asserted. \(exitStatuses)

      Example: iopt check case.iopt --subject reference --forbid forbiddenSmallPage
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp(
      "\(subjectForms); may be repeated. Default: swift and reference.",
      valueName: "subject[,gather=R]"))
  var subjects: [String] = []

  @OptionGroup var oracles: OracleOptions

  @Option(help: "Print at most this many reports; the rest are counted.")
  var reports = 10

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard reports >= 0 else { throw ValidationError("--reports takes at least 0") }
    if try choice().needsTwoSubjects {
      throw ValidationError("--oracle comparison needs two subjects: use iopt diff")
    }
  }

  private func choice() throws -> OracleChoice { try oracles.choice(default: "contract,leak") }

  func run() throws {
    let names = subjects.isEmpty ? ["swift", "reference"] : subjects
    let choice = try choice()
    let engines = try names.map { choice.engine([try LaneChoice($0).lane()]) }
    let progress = ProgressLine()
    let printer = FindingPrinter(limit: reports, isSilent: json, progress)
    engines.forEach(printer.listen)
    let run = FileRun(engines)
    if progress.isShown {
      run.onProgress = { progress.show("\($0.scenarios) scenarios, \($0.statements) statements") }
    }
    for file in files { try run.run(TraceReader(path: file)) }
    printer.finish()
    if json {
      try printJSON(CheckJSON(subjects: engines.map(CheckJSON.Subject.init), reports: printer.json))
    } else {
      for engine in engines { print(engine.judgementLines.joined(separator: "\n")) }
    }
    var tally = RunTally()
    for engine in engines { tally.add(engine.tally) }
    try tally.verdict.leave()
  }
}

extension Engine {
  /// What was judged of one subject, and how it ended: departures and refusals a line each, the
  /// verdict last.
  var judgementLines: [String] {
    var departures = departures.map { "  \($0.name): \($0.count)" }
    if tally.crashed > 0 {
      departures.append("  judged only up to a crash: \(tally.crashed) scenarios")
    }
    let verdict =
      switch tally.verdict {
      case .agrees: "kept"
      case .differs: "broken in \(tally.findings) scenarios"
      case .nothingJudged: "nothing to judge"
      }
    let refused = tally.refused > 0 ? ", \(tally.refused) refused" : ""
    return departures + tally.unopenedLines + tally.refusalLines + [
      "\(lanes.map(\.lane.label).joined(separator: " and ")): \(tally.scenarios) scenarios,"
        + " \(tally.statements) statements, judged \(tally.judgements) times\(refused): \(verdict)"
    ]
  }
}

private struct CheckJSON: Encodable {
  struct Subject: Encodable {
    var name: String
    var scenarios: Int
    var statements: Int
    var judgements: Int
    var refused: Int
    var refusals: [String: Int]
    var notOpened: [String: Int]
    var findings: Int
    var departures: [String: Int]

    init(_ engine: Engine) {
      name = engine.lanes[0].lane.label
      scenarios = engine.tally.scenarios
      statements = engine.tally.statements
      judgements = engine.tally.judgements
      refused = engine.tally.refused
      refusals = engine.tally.refusals
      notOpened = engine.tally.unopenedReasons
      findings = engine.tally.findings
      departures = Dictionary(
        engine.departures.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    }
  }

  var subjects: [Subject]
  var reports: [FindingJSON]
}

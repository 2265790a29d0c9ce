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
      leak takes each domain down and looks for tables that are left; hardware keeps account of all that \
      an IOMMU behind a driver of the kernel may have cached (Documentation/hardware.md); and every \
      subject is held to \
      the rules of the subject ABI. Where the kernel is known to depart from its contract, the \
      departure is named and counted; --forbid makes one a failure, so that "this one no longer \
      has it" can be asserted. \(exitStatuses)

      The properties of hardware, the first being believed where two say the same:

      \(OracleChoice.promises.joined(separator: "\n"))

      What --costs counts:

      \(CostReport.definitions.joined(separator: "\n"))

      Example: iopt check case.iopt --subject reference --forbid forbiddenSmallPage
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var subjects: SubjectsOption

  @OptionGroup var oracles: OracleOptions

  @Flag(help: "Count what calls cost behind the driver, and print it.")
  var costs = false

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: ReportOptions

  func validate() throws {
    if try choice().needsTwoSubjects {
      throw ValidationError("--oracle comparison needs two subjects: use iopt diff")
    }
  }

  private func choice() throws -> OracleChoice {
    var choice = try oracles.choice(default: OracleChoice.usual(alone: true))
    choice.measures = costs
    if costs, !choice.names.contains(.hardware) {
      throw ValidationError("--costs: hardware counts them, which --oracle leaves out")
    }
    return choice
  }

  func run() throws {
    let choice = try choice()
    let plans = try subjects.requests().map { EnginePlan([$0], make: choice.engine) }
    let (judges, _, printer) = try output.judge(files, plans, isolation) {
      "\($0.scenarios) scenarios, \($0.statements) statements"
    }
    if output.json {
      let subjects = judges.map { CheckJSON.Subject($0, costs: costs) }
      try printJSON(CheckJSON(subjects: subjects, reports: printer.json))
    } else {
      for judge in judges { print(judge.judgementText(costs: costs)) }
    }
    try RunTally(judges).verdict.leave()
  }
}

extension Judging {
  /// What was judged of one subject, and how it ended: departures and refusals a line each, the
  /// verdict, and what it cost.
  func judgementText(costs: Bool) -> String {
    let verdict = Ink.standardOutput.summary(verdictLine, tally.verdict)
    let lines =
      departureLines + windowLines + tally.neverMadeLines + tally.unjudgedAbsenceLines
      + tally.unopenedLines
      + tally.refusalLines + [verdict]
    return (lines + (costs ? costReports.map(\.text) : [])).joined(separator: "\n")
  }

  /// Buffers that waited for a flush.
  private var windowLines: [String] {
    let reports = costReports
    return reports.compactMap { report in
      report.window.map {
        "  memory-in-the-window\(reports.count > 1 ? " behind \(report.driver)" : ""): \($0)"
      }
    }
  }

  /// What is known and allowed, and what was judged in part only, a line each.
  var departureLines: [String] {
    let counts = Dictionary(departures.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    var departures = tally.departureLines(counts)
    if tally.crashed > 0 {
      departures.append("  judged only up to a crash: \(tally.crashed) scenarios")
    }
    return departures
  }

  /// How it ended.
  var verdictLine: String {
    let verdict =
      switch tally.verdict {
      case .agrees: "kept"
      case .differs: "broken in \(tally.findings) scenarios"
      case .nothingJudged: "nothing to judge"
      }
    let refused = tally.refused > 0 ? ", \(tally.refused) refused" : ""
    return "\(labels.joined(separator: " and ")): \(tally.scenarios) scenarios,"
      + " \(tally.statements) statements, judged \(tally.judgements) times\(refused): \(verdict)"
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
    var unanswered: [String: Int]
    var notOpened: [String: Int]
    var neverMade: [String: Int]
    var unjudgedAbsence: [String: Int]
    var withoutStores: Int
    var findings: Int
    var departures: [String: Int]
    /// Those of hardware among them, by signature.
    var known: [Known]
    /// Where they were asked for, by driver; buffers that waited for a flush are told anyway.
    var costs: [CostReport]?
    var memoryInTheWindow: [String: String]?

    init(_ judge: any Judging, costs isMeasured: Bool) {
      let reports = judge.costReports
      costs = isMeasured ? reports : nil
      let windows = reports.compactMap { report in report.window.map { (report.driver, $0) } }
      memoryInTheWindow = windows.isEmpty ? nil : Dictionary(uniqueKeysWithValues: windows)
      let tally = judge.tally
      name = judge.labels[0]
      scenarios = tally.scenarios
      statements = tally.statements
      judgements = tally.judgements
      refused = tally.refused
      refusals = tally.refusals
      unanswered = tally.unanswered
      notOpened = tally.unopenedReasons
      neverMade = tally.neverMade.mapValues(\.count)
      unjudgedAbsence = tally.unjudgedAbsence
      withoutStores = tally.withoutStores
      findings = tally.findings
      departures = Dictionary(
        judge.departures.map { ($0.name, $0.count) }, uniquingKeysWith: +)
      known = tally.known.map(Known.init).sorted { $0.order < $1.order }
    }
  }

  struct Known: Encodable {
    var name: String
    var property: String
    var driver: String
    var release: String
    var count: Int

    init(_ signature: KnownSignature, _ count: Int) {
      (name, property, driver) = (signature.name, signature.property, signature.driver)
      release = "\(signature.release.name)"
      self.count = count
    }

    var order: String { "\(name) \(property) \(driver) \(release)" }
  }

  var subjects: [Subject]
  var reports: [FindingJSON]
}

// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run two subjects, or two revisions of gather_range_pages, against each other.",
    discussion: """
      Prints the first difference of each scenario. A scenario that a side refuses is counted, and \
      the next one is run. \(exitStatuses)

      Example: iopt diff case.iopt --left reference,gather=original --right reference
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var sides: SideOptions

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: ReportOptions

  func run() throws {
    let plan = EnginePlan(try sides.requests(), make: OracleChoice([.comparison]).engine)
    let (judges, _, printer) = try output.judge(files, [plan], isolation) {
      "\($0.scenarios) scenarios, \($0.statements) statements"
    }
    let tally = judges[0].tally
    try summarize(tally, printer, plan.labels)
    try tally.verdict.leave()
  }

  private func summarize(_ tally: RunTally, _ printer: FindingPrinter, _ names: [String]) throws {
    guard !output.json else {
      return try printJSON(
        DiffJSON(
          left: names[0], right: names[1], scenarios: tally.scenarios,
          statements: tally.statements, divergences: tally.findings, refused: tally.refused,
          refusals: tally.refusals, notOpened: tally.unopenedReasons,
          withoutStores: tally.withoutStores, reports: printer.json))
    }
    for line in tally.unopenedLines + tally.refusalLines { print(line) }
    let verdict = tally.verdict(
      agrees: "no difference", differs: "\(tally.findings) scenarios differ")
    let refused = tally.refused > 0 ? ", \(tally.refused) refused" : ""
    let line =
      "\(names[0]) and \(names[1]): \(tally.scenarios) scenarios,"
      + " \(tally.statements) statements\(refused): \(verdict)"
    print(Ink.standardOutput.summary(line, tally.verdict))
  }
}

private struct DiffJSON: Encodable {
  var left: String
  var right: String
  var scenarios: Int
  var statements: Int
  var divergences: Int
  var refused: Int
  var refusals: [String: Int]
  var notOpened: [String: Int]
  var withoutStores: Int
  var reports: [FindingJSON]
}

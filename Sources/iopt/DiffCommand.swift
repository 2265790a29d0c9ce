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

  @OptionGroup var output: ReportOptions

  func run() throws {
    let lanes = try sides.lanes()
    let engine = OracleChoice([.comparison]).engine(lanes)
    let (_, printer) = try output.judge(files, [engine]) {
      "\($0.scenarios) scenarios, \($0.statements) statements"
    }
    try summarize(engine.tally, printer, lanes.map(\.label))
    try engine.tally.verdict.leave()
  }

  private func summarize(_ tally: RunTally, _ printer: FindingPrinter, _ names: [String]) throws {
    guard !output.json else {
      return try printJSON(
        DiffJSON(
          left: names[0], right: names[1], scenarios: tally.scenarios,
          statements: tally.statements, divergences: tally.findings, refused: tally.refused,
          refusals: tally.refusals, notOpened: tally.unopenedReasons, reports: printer.json))
    }
    for line in tally.unopenedLines + tally.refusalLines { print(line) }
    let verdict =
      switch tally.verdict {
      case .agrees: "no difference"
      case .differs: "\(tally.findings) scenarios differ"
      case .nothingJudged: "nothing was compared"
      }
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
  var reports: [FindingJSON]
}

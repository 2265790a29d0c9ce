// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare recorded traces with what each subject does.",
    discussion: """
      Prints the first difference of each scenario and subject. A scenario that a subject refuses \
      is counted, and the next one is run. A subject that listens is none for a trace. \(exitStatuses)

      Example: iopt replay Corpus/kernel/pt/*.iopt.gz --subject swift
      """)

  @Argument(help: ArgumentHelp("Traces, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var subjects: SubjectsOption

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: ReportOptions

  func run() throws {
    let plans = try subjects.deafRequests().map { EnginePlan([$0]) { Engine($0, [TraceOracle()]) } }
    let (judges, run, printer) = try output.judge(files, plans, isolation, keepsObservations: true)
    {
      "\($0.scenarios) scenarios, \($0.observations) observations"
    }
    let tally = RunTally(judges)
    try summarize(run, tally, printer, judges.flatMap(\.labels))
    try tally.verdict.leave()
  }

  private func summarize(
    _ run: FileRun.Tally, _ tally: RunTally, _ printer: FindingPrinter, _ names: [String]
  ) throws {
    guard !output.json else {
      return try printJSON(
        ReplayJSON(
          subjects: names, scenarios: run.scenarios, statements: run.statements,
          observations: run.observations, mismatches: tally.findings, refused: tally.refused,
          refusals: tally.refusals, reports: printer.json))
    }
    for line in tally.refusalLines { print(line) }
    let each = names.count > 1 ? ", counted for each subject" : ""
    let verdict = tally.verdict(
      agrees: "all equal", differs: "\(tally.findings) scenarios differ\(each)")
    let refused = tally.refused > 0 ? ", \(tally.refused) scenarios refused\(each)" : ""
    let compared =
      tally.verdict == .nothingJudged ? "" : ", \(run.observations) observations compared"
    let line =
      "\(names.joined(separator: ", ")): \(run.scenarios) scenarios, \(run.statements)"
      + " statements\(compared)\(refused): \(verdict)"
    print(Ink.standardOutput.summary(line, tally.verdict))
  }
}

private struct ReplayJSON: Encodable {
  var subjects: [String]
  var scenarios: Int
  var statements: Int
  var observations: Int
  var mismatches: Int
  var refused: Int
  var refusals: [String: Int]
  var reports: [FindingJSON]
}

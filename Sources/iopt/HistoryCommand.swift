// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what each kernel change changed, in the smallest scenario that shows it.",
    discussion: """
      For each row of the tables of behaviours, each older revision of gather_range_pages and each \
      known fault that the kernel had: what the change did, a scenario, what happens in it before and \
      after, what the contract says of each, and how many executions a fuzzer needed from an empty \
      corpus to tell the two apart. All but that figure is seen by running the scenario. Exit status: \
      0 every change that was run shows, 1 one does not, 2 bad input or usage, 3 nothing was run.

      Example: iopt history dirty destroy
      """)

  @Argument(help: ArgumentHelp("Changes by name. Default: all.", valueName: "change"))
  var names: [String] = []

  @Option(help: ArgumentHelp("Who runs the scenarios: swift or reference.", valueName: "subject"))
  var subject = "reference"

  @Option(
    help: ArgumentHelp(
      "Where Fuzz/fault-plugin built the code before the changes that are no rows; without it they are"
        + " told, and not run.",
      valueName: "dir"))
  var plugins: String?

  @Option(
    help: ArgumentHelp(
      "How soon a fuzzer tells both sides apart, as make history MEASURE=1 wrote it. Default: the file"
        + " that came with this program.",
      valueName: "file"))
  var figures: String?

  @Flag(help: "Print the table and the sections of Documentation/history.md.")
  var markdown = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(
    help: """
      Print for a fuzzer, a line each: the change, the side before it and the side after it, with \
      nothing else between the two.
      """)
  var sides = false

  @OptionGroup var isolation: IsolationOptions

  func validate() throws {
    for name in names where !KernelHistory.changes.contains(where: { $0.name == name }) {
      let expected = KernelHistory.changes.map(\.name).joined(separator: ", ")
      throw ValidationError("'\(name)': expected \(expected)")
    }
    guard [markdown, json, sides].filter({ $0 }).count <= 1 else {
      throw ValidationError("--markdown, --json and --sides exclude each other")
    }
  }

  private var changes: [KernelChange] {
    KernelHistory.changes.filter { names.isEmpty || names.contains($0.name) }
  }

  func run() throws {
    if sides { return printSides() }
    let measured = try (figures ?? HistoryFigures.shippedFile).map {
      try HistoryFigures(text: String(decoding: try readBytes($0), as: UTF8.self), file: $0)
    }
    let reports = try changes.map { change in
      ChangeReport(change, try outcome(change), measured?[change], kunit: try kunit(change))
    }
    if json {
      try printJSON(reports.map(ChangeJSON.init))
    } else if markdown {
      print(KernelHistory.markdown(reports), terminator: "")
    } else {
      print(reports.map(\.text).joined(separator: "\n\n"))
      print("\n" + summary(reports))
    }
    try verdict(reports).leave()
  }

  /// nil where there is no plug-in for it.
  private func outcome(_ change: KernelChange) throws -> ChangeOutcome? {
    guard let sides = change.sides(of: subject, plugins: plugins) else { return nil }
    return try change.outcome(sides) { try isolation.judge($0, file: "") }
  }

  /// What its KUnit case tells; nil where that cannot be run.
  private func kunit(_ change: KernelChange) throws -> String? {
    guard let sides = change.sides(of: subject, plugins: plugins) else { return nil }
    return try ChangeCase(change, isolation).told(sides)
  }

  private func printSides() {
    for change in changes {
      guard let sides = change.isolatedSides(of: subject, plugins: plugins) else { continue }
      print("\(change.name) \(sides.older) \(sides.newer)")
    }
  }

  private func verdict(_ reports: [ChangeReport]) -> RunVerdict {
    let run = reports.filter { $0.outcome.map { $0.refusal == nil } ?? false }
    if run.isEmpty { return .nothingJudged }
    return run.allSatisfy(\.differs) ? .agrees : .differs
  }

  private func summary(_ reports: [ChangeReport]) -> String {
    let run = reports.filter { $0.outcome != nil }
    let wrong = run.filter { !$0.differs }.map(\.change.name)
    let rest = reports.count - run.count
    let line =
      "\(run.count) changes run by \(subject.printable)" + (rest > 0 ? ", \(rest) not run" : "")
      + ": "
      + (run.isEmpty
        ? "nothing was run"
        : wrong.isEmpty ? "each shows" : "no difference: \(wrong.joined(separator: ", "))")
    return Ink.standardOutput.summary(line, verdict(reports))
  }
}

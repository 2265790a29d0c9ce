// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import CVersion
import Glibc
import Lockstep
import Report
import ScenarioLanguage

/// `make bench`: times and instruction counts of both implementations, in one run, as ratios.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iopt-bench",
    abstract: "Measure both implementations, the comparison and the replay.",
    discussion: """
      The kernel's own code is measured beside both, where a tree is at hand. Times are the best of \
      many batches; machines are noisy, so read the ratios. Instructions are counted by callgrind, \
      which repeats exactly; without valgrind they are left out and said so.

      Example: iopt-bench --only 'riscv_64 Sv39'
      """,
    version: "iopt-bench \(String(cString: lockstep_version()))",
    subcommands: [SummarizeCommand.self])

  @Option(help: "Only rows whose name contains this.")
  var only = ""

  @Option(parsing: .unconditional, help: "Batches of each row, at most 10000000.")
  var batches = 2000

  @Flag(inversion: .prefixedNo, help: "Count instructions with callgrind.")
  var instructions = true

  @Option(help: ArgumentHelp("Run a folder of fuzz inputs instead.", valueName: "dir"))
  var corpus: String?

  @Option(help: ArgumentHelp("Append every figure to a file, a line each.", valueName: "file"))
  var measures: String?

  @Option(
    help: ArgumentHelp(
      "The kernel tree to measure, as in kernel:TREE.", valueName: "tree"))
  var kernel = "7.3"

  @Flag(help: .hidden)
  var countRows = false

  @Option(parsing: .unconditional, help: .hidden)
  var countPasses: Int?

  @Option(help: .hidden)
  var subject = "swift"

  @Option(help: .hidden)
  var release = ""

  func validate() throws {
    for (option, count) in [("--batches", batches), ("--count-passes", countPasses ?? 1)] {
      guard (1...10_000_000).contains(count) else {
        throw ValidationError("\(option) takes 1 to 10000000")
      }
    }
  }

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if exitCode(for: error).isSuccess { exit(withError: error) }
      let isUsage = exitCode(for: error) == .validationFailure
      let line =
        isUsage
        ? usageLine(message(for: error), full: fullMessage(for: error), program: "iopt-bench")
        : "\(error)".printable
      var text = TextBuffer()
      text.append(line + "\n")
      try? text.write(to: STDERR_FILENO, name: "standard error")
      Glibc.exit(2)
    }
  }

  func run() throws {
    if countRows {
      let lane =
        subject == Subject.empty.name
        ? Lane(.empty) : try LaneRequest(subject).load().lane(lends: false)
      let release = Kernel.allCases.first { "\($0.name)" == self.release }
      MeasuredRow.runForCounting(
        rows(of: release ?? Kernel.allCases.last!), lane, batches: batches, syncs: 0)
      return
    }
    if let corpus, let countPasses {
      let benchmark = try CorpusBenchmark(folder: corpus)
      for _ in 0..<countPasses { _ = try benchmark.pass() }
      return
    }
    let log = try measures.map { try MeasureLog(path: $0) }
    let counter = instructions ? Callgrind.find() : nil
    defer { counter?.close() }
    if let corpus {
      // A pass is some thousand calls.
      try CorpusBenchmark(folder: corpus)
        .measure(passes: max(1, batches / 20), counter: counter, log: log)
      return
    }
    try printRows(counter, log)
    // Each of its rounds takes a fifth of a second.
    guard only.isEmpty else { return }
    ScenarioBenchmark(rounds: max(1, batches / 400), measures: log).print()
    OpeningBenchmark(rounds: max(1, batches / 400), measures: log).print()
  }

  private func rows(of release: Kernel) -> [MeasuredRow] {
    MeasuredRow.all.filter { only.isEmpty || $0.name.contains(only) }
      .map { $0.asked(byDriverOf: release) }
  }

  private func printRows(_ counter: Callgrind?, _ log: MeasureLog?) throws {
    let sides = try RowSides(tree: kernel, counter: counter)
    var table = RowTable(sides, counts: counter != nil, measures: log)
    table.printHeader()
    let rows = rows(of: sides.release)
    let counted = counter.map { counter in
      sides.all.map { count($0.countedRequest, sides.release, only: only, rows, counter) }
    }
    let lanes = try sides.all.map { try $0.request.load().lane(lends: false) }
    for row in rows {
      let times = lanes.map { RowRunner(row, $0).run(batches: batches) }
      let instructions = counted.map { sides in sides.map { $0?[row.name] ?? [:] } }
      table.add(row, RowFigures(times: times, instructions: instructions))
    }
    printEmptyCall(sides.release, counter)
    for line in table.verdicts.lines { print(line) }
  }

  private static let countedBatches = 32

  private func count(
    _ subject: String, _ release: Kernel, only: String, _ rows: [MeasuredRow],
    _ counter: Callgrind
  ) -> [String: PhaseFigures]? {
    counter.instructions(
      of: rows, batches: Self.countedBatches,
      [
        "--count-rows", "--only", only, "--subject", subject, "--release", "\(release.name)",
        "--batches", "\(Self.countedBatches)",
      ])
  }

  /// What is in all figures: the harness's way into a subject and back.
  private func printEmptyCall(_ release: Kernel, _ counter: Callgrind?) {
    let row = MeasuredRow.all[0]
    let time = RowRunner(row, Lane(.empty)).run(batches: batches)[.map]!
    let counted = counter.flatMap { count(Subject.empty.name, release, only: row.name, [row], $0) }
    let instructions = counted?[row.name]?[.map]
    let text = instructions.map { ", \(RowTable.number($0, digits: 0)) instructions" } ?? ""
    print(
      "\nAn empty call, which is part of every figure: \(RowTable.number(time)) ns\(text)")
  }
}

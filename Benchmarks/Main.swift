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
      Times are the best of many batches; machines are noisy, so read the ratios. Instructions are \
      counted by callgrind, which repeats exactly; without valgrind they are left out and said so.

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

  @Option(help: .hidden)
  var countRow: String?

  @Option(parsing: .unconditional, help: .hidden)
  var countPasses: Int?

  @Option(help: .hidden)
  var subject = "swift"

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
    if let countRow {
      guard let row = Rows.all.first(where: { $0.name == countRow }) else {
        throw ValidationError("no row '\(countRow)'")
      }
      _ = RowRunner(row, try Subject.named(subject)).run(batches: batches, timed: false)
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
    printRows(counter, log)
    // Each of its rounds takes a fifth of a second.
    guard only.isEmpty else { return }
    ScenarioBenchmark(rounds: max(1, batches / 400), measures: log).print()
    OpeningBenchmark(rounds: max(1, batches / 400), measures: log).print()
  }

  private func printRows(_ counter: Callgrind?, _ log: MeasureLog?) {
    let rows = Rows.all.filter { only.isEmpty || $0.name.contains(only) }
    var table = RowTable(counter: counter, measures: log)
    table.printHeader()
    for row in rows {
      let c = RowRunner(row, .reference).run(batches: batches)
      let swift = RowRunner(row, .swift).run(batches: batches)
      table.add(row, c: c, swift: swift)
    }
    table.printSummary()
  }
}

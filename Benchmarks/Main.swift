// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep

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
      """)

  @Option(help: "Only rows whose name contains this.")
  var only = ""

  @Option(help: "Batches of each row.")
  var batches = 2000

  @Flag(inversion: .prefixedNo, help: "Count instructions with callgrind.")
  var instructions = true

  @Option(help: .hidden)
  var countRow: String?

  @Option(help: .hidden)
  var subject = "swift"

  func run() throws {
    if let countRow {
      guard let row = Rows.all.first(where: { $0.name == countRow }) else {
        throw ValidationError("no row '\(countRow)'")
      }
      _ = RowRunner(row, try Subject.named(subject)).run(batches: batches, timed: false)
      return
    }
    printRows()
    printScenarios()
  }

  private func printRows() {
    let rows = Rows.all.filter { only.isEmpty || $0.name.contains(only) }
    var table = RowTable(counter: instructions ? Callgrind.find() : nil)
    table.printHeader()
    for row in rows {
      let c = RowRunner(row, .reference).run(batches: batches)
      let swift = RowRunner(row, .swift).run(batches: batches)
      table.add(row, c: c, swift: swift)
    }
    table.printSummary()
  }

  private func printScenarios() {
    if only.isEmpty { ScenarioBenchmark().print() }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Scenario

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run two subjects, or two revisions of gather_range_pages, against each other.",
    discussion: """
      Prints the first difference of each scenario. Exit status: 0 when both do the same, 1 when \
      they differ, 2 on bad input.

      Example: iopt diff case.iopt --left reference,gather=original --right reference
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "The left side; gather=R overrides the domain line's.",
      valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  @Option(help: "Print at most this many reports; the rest are counted.")
  var reports = 10

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard reports >= 0 else { throw ValidationError("--reports takes at least 0") }
  }

  func run() throws {
    let sides = [try LaneChoice(left).lane(), try LaneChoice(right).lane()]
    let comparison = Comparison(left: sides[0], right: sides[1])
    let progress = ProgressLine()
    var found: [Divergence] = []
    comparison.onDivergence = { divergence in
      if found.count < reports {
        found.append(divergence)
        progress.clear()
        if !json { print(divergence.report) }
      }
    }
    if progress.isShown {
      comparison.onProgress = { tally in
        progress.show("\(tally.scenarios) scenarios, \(tally.statements) statements")
      }
    }
    for file in files { try comparison.run(TraceReader(path: file)) }
    progress.clear()
    try summarize(comparison.tally, found, sides.map(\.label))
    if comparison.tally.divergences > 0 { throw somethingDiffers }
  }

  private func summarize(
    _ tally: ComparisonTally, _ found: [Divergence], _ names: [String]
  ) throws {
    guard !json else {
      return try printJSON(
        DiffJSON(
          left: names[0], right: names[1], scenarios: tally.scenarios,
          statements: tally.statements, divergences: tally.divergences,
          reports: found.map(DivergenceJSON.init)))
    }
    if tally.divergences > found.count {
      print("… \(tally.divergences - found.count) more divergences (--reports shows more)")
    }
    let verdict =
      tally.divergences == 0 ? "no difference" : "\(tally.divergences) scenarios differ"
    print(
      "\(names[0]) and \(names[1]): \(tally.scenarios) scenarios,"
        + " \(tally.statements) statements: \(verdict)")
  }
}

private struct DiffJSON: Encodable {
  var left: String
  var right: String
  var scenarios: Int
  var statements: Int
  var divergences: Int
  var reports: [DivergenceJSON]
}

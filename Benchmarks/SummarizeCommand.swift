// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser

/// What `Benchmarks/run` ends with.
struct SummarizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summarize",
    abstract: "Print the medians of measures, and their ratios to another revision's.",
    discussion: """
      A ratio is the median of this tree's rounds over the base's, pair by pair, so below 1 is \
      faster for times and instructions, above 1 for all that is counted by the second. The range \
      of the rounds beside it tells how far to trust it.
      """)

  @Argument(help: "Measures of this tree.")
  var here: String

  @Option(help: ArgumentHelp("Measures of the other revision.", valueName: "file"))
  var base: String?

  @Option(help: "What to call the other revision.")
  var name = "base"

  func run() throws {
    let summary = Summary(
      here: try MeasureFile(path: here),
      base: try base.map { (name: name, file: try MeasureFile(path: $0)) })
    print(summary.text, terminator: "")
  }
}

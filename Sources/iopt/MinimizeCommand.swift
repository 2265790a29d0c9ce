// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import Scenario

struct Minimize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shrink a scenario in which two subjects differ to its core.",
    discussion: """
      The result fails like the file: the first difference is of the same kind, at the same kind \
      of operation. Operations are dropped, then addresses, lengths, flags and the domain made \
      simpler. Of a file with several scenarios the first one that differs is taken. The same \
      input gives the same output. Exit status: 0 shrunk, 1 the two sides do not differ, 2 bad \
      input.

      Example: iopt minimize case.iopt --left swift,gather=original --right reference -o core.iopt
      """)

  @Argument(
    help: ArgumentHelp(
      "Scenarios, plain or gzip, or a fuzz input; - is standard input.", valueName: "file"))
  var file: String

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp(
      "Write the result here instead of standard output; .gz compresses.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The left side; gather=R overrides the domain line's.", valueName: "subject[,gather=R]"))
  var left = "swift"

  @Option(help: ArgumentHelp("The right side.", valueName: "subject[,gather=R]"))
  var right = "reference"

  func run() throws {
    let lanes = [try LaneChoice(left).lane(), try LaneChoice(right).lane()]
    let minimizer = Minimizer(left: lanes[0], right: lanes[1])
    let progress = ProgressLine()
    if progress.isShown {
      minimizer.onProgress = {
        progress.show("\($0.operations) operations, \($0.tests) candidates run")
      }
    }
    for scenario in try readScenariosOrInput(file) {
      let result = try minimizer.minimize(scenario, file: file)
      progress.clear()
      if let result { return try write(result, from: scenario) }
    }
    writeError("\(file): \(lanes[0].label) and \(lanes[1].label) do not differ\n")
    throw nothingDiffers
  }

  private func write(_ result: Minimizer.Result, from scenario: Scenario) throws {
    var text = TextBuffer()
    text.append(result.scenario)
    guard let output else {
      return try text.write(to: STDOUT_FILENO, name: "standard output")
    }
    var file = try FileOutput(path: output)
    try file.append(text.bytes)
    try file.commit()
    print(
      "\(output): \(scenario.operations.count) operations shrunk to"
        + " \(result.scenario.operations.count) (\(result.signature);"
        + " \(result.tests) candidates run)")
  }
}

/// There is nothing to shrink; the reason was printed.
private let nothingDiffers = ExitCode(1)

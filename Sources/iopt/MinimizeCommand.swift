// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import Report
import ScenarioLanguage

struct Minimize: JudgingCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shrink a scenario in which something is wrong to its core.",
    discussion: """
      The result fails like the file: what is found first is of the same kind, by the same oracle, \
      at the same kind of operation. Operations are dropped, then addresses, lengths, flags and \
      the domain made simpler. Of a file with several scenarios the first one with a finding is \
      taken; one that shows nothing when it runs alone, in a process of its own, is told and \
      passed over. The same input gives the same output. Exit status: 0 shrunk, 1 nothing is wrong in \
      it, 2 bad input, 3 a subject refuses every scenario.

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

  @OptionGroup var sides: SideOptions

  @OptionGroup var alone: AloneOption

  @OptionGroup var oracles: OracleOptions

  @OptionGroup var isolation: IsolationOptions

  func validate() throws { _ = try choice() }

  func run() throws {
    let plan = try plan()
    let minimizer = Minimizer(try isolation.judge(plan, file: file))
    let progress = ProgressLine()
    if progress.isShown {
      minimizer.onProgress = {
        progress.show("\($0.operations) operations, \($0.tests) candidates run")
      }
    }
    let scenarios = try readScenariosOrInput(file)
    for (index, scenario) in scenarios.enumerated() {
      let result = minimizer.minimize(scenario)
      progress.clear()
      if let failure = minimizer.failure { throw failure }
      if let result { return try write(result, from: scenario) }
      if let finding = minimizer.notAlone { tellNotAlone(finding, number: index + 1) }
    }
    let tally = minimizer.tally
    for line in tally.refusalLines + tally.unopenedLines { writeError(line + "\n") }
    if tally.verdict == .nothingJudged {
      writeError("\(file.printable): nothing was judged\n")
      throw nothingJudged
    }
    writeError(
      "\(file.printable): \(plan.labels.joined(separator: " and ")): nothing is found\n")
    throw somethingDiffers
  }

  private func tellNotAlone(_ finding: Finding, number: Int) {
    writeError(
      "\(file.printable): scenario \(number): \(finding.signature): only for what ran before it in its"
        + " process, alone it shows nothing\n")
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
      "\(output.printable): \(scenario.operations.count) operations shrunk to"
        + " \(result.scenario.operations.count) (\(result.signature);"
        + " \(result.tests) candidates run)")
  }
}

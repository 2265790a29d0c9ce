// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Scenario

struct SweepContract: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contract",
    abstract: "Hold one subject's answers against a model that knows nothing of page tables.",
    discussion: """
      The model predicts results and lookups from the documented contract alone; where the kernel \
      departs from it is a short list of names (Documentation/contract.md), which are counted. \
      Without files, random scenarios are run on each of the standard configurations. Scenarios \
      with a dma line are passed over.

      Example: iopt sweep contract --subject reference --count 1000
      """)

  @Argument(
    help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("swift, reference or PATH.so.", valueName: "subject"))
  var subject = "swift"

  @Option(help: "Random scenarios on each configuration, without files.")
  var count = 200

  @Option(help: "Where randomness starts.")
  var seed: UInt64 = 0

  @OptionGroup var output: SweepOutput

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count takes at least 1") }
  }

  func run() throws {
    let judge = ContractRun(try LaneChoice(subject).lane())
    var broken = 0
    func judgeOne(_ scenario: Scenario, _ place: String?) throws {
      guard let finding = judge.run(scenario) else { return }
      broken += 1
      guard broken <= output.reports else { return }
      let kept = try output.keep(scenario, as: "contract")
      print(
        "\(place ?? kept): \(judge.lane.label) breaks the contract \(text(finding, scenario))")
      if place != nil { print("  kept in \(kept)") }
    }
    for file in files {
      for located in try readScenarios(path: file) {
        try judgeOne(located.scenario, "\(file):\(located.line)")
      }
    }
    if files.isEmpty {
      for configuration in StandardConfigurations.all {
        var generator = ScenarioGenerator(seed: seed)
        for _ in 0..<count { try judgeOne(generator.next(on: configuration.domain), nil) }
      }
    }
    summarize(judge, broken)
    if broken > 0 { throw somethingDiffers }
  }

  private func text(_ finding: ContractRun.Finding, _ scenario: Scenario) -> String {
    var text: String
    switch finding.place {
    case .operation(let index):
      var statement = TextBuffer()
      statement.append(scenario.operations[index])
      text = "at operation \(index), \(statement.string.dropLast())"
    case .end: text = "after the last operation"
    case .domain: text = "at the domain"
    }
    if let lookup = finding.lookup {
      text += "; iova_to_phys 0x" + String(lookup, radix: 16)
    }
    return text + ": \(finding.breach)"
  }

  private func summarize(_ judge: ContractRun, _ broken: Int) {
    let tally = judge.tally
    for departure in KnownDeparture.allCases where tally.count(departure) > 0 {
      print("  \(departure): \(tally.count(departure))")
    }
    print(
      "\(judge.lane.label): \(tally.scenarios) scenarios, \(tally.answers) answers held against the"
        + " contract, \(tally.unspecified) of which it says nothing: "
        + (broken == 0 ? "kept" : "broken in \(broken) scenarios"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Report
import ScenarioLanguage

struct SweepContract: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contract",
    abstract: "Hold one subject's answers against a model that knows nothing of page tables.",
    discussion: """
      The model predicts results and lookups from the documented contract alone; where the kernel \
      departs from it is a short list of names (Documentation/contract.md), which are counted. \
      Scenarios with a dma line are held against what a driver expects of the DMA layer. Without \
      files, random scenarios are run: of the page table on each of the standard configurations, \
      of the DMA layer on each format.

      Example: iopt sweep contract --subject reference --layer dma --count 1000
      """)

  @Argument(
    help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String] = []

  @Option(
    help: ArgumentHelp("\(subjectForms).", valueName: "subject[,gather=R]"))
  var subject = "swift"

  @Option(
    help: ArgumentHelp(
      "What random scenarios are for: \(ScenarioGenerator.Layer.names).", valueName: "layer"))
  var layer = "both"

  @Option(
    parsing: .unconditional,
    help: "Random scenarios on each configuration or format, without files.")
  var count = 200

  @Option(parsing: .unconditional, help: "Where randomness starts.")
  var seed: UInt64 = 0

  @OptionGroup var release: SweepRelease

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var output: SweepOutput

  func validate() throws {
    try check(count, "--count", in: scenarioCounts)
    _ = try ScenarioGenerator.Layer(argument: layer)
  }

  func run() throws {
    let plan = EnginePlan([try LaneRequest(subject)], make: OracleChoice([.contract]).engine)
    let judge = try isolation.judge(plan, file: files.first ?? "")
    let progress = ProgressLine()
    let findings = SweepFindings(
      output, try isolation.judge(plan, file: files.first ?? ""), progress)
    var done = 0
    func run(_ scenario: Scenario, _ source: String?) throws {
      if try judge.judge(scenario, file: "") != nil {
        findings.report(scenario, "contract", from: source)
        if judge.losses.isTooMuch { throw GivenUp() }
      }
      done += 1
      if progress.isShown, done & 63 == 0 { progress.show("\(done) scenarios") }
    }
    var narrowing = Narrowing(judge)
    do {
      for file in files {
        for located in try readScenarios(path: file) {
          try run(release.applied(to: located.scenario), "\(file):\(located.line)")
        }
      }
      if files.isEmpty { try generate(&narrowing) { try run($0, nil) } }
    } catch is GivenUp {
      findings.tellGivenUp()
    }
    for line in judge.departureLines { print(line) }
    try findings.finish(judge.verdictLine, judge.tally, leftOut: narrowing.lines())
  }

  /// Too many processes were lost.
  private struct GivenUp: Error {}

  private func generate(_ narrowing: inout Narrowing, _ judge: (Scenario) throws -> Void) throws {
    let layer = try ScenarioGenerator.Layer(argument: layer)
    if layer == .pageTable || layer == .both {
      for configuration in StandardConfigurations.all(of: release.kernel) {
        if let need = narrowing.capabilities.firstUnmet(configuration.domain) {
          narrowing.leaveOut(need, count: count)
          continue
        }
        var generator = ScenarioGenerator(seed: seed, narrowing: narrowing)
        for _ in 0..<count { try judge(generator.next(on: configuration.domain)) }
        narrowing = generator.narrowing!
      }
    }
    if layer == .pageTable { return }
    for format in Format.allCases {
      var generator = ScenarioGenerator(
        seed: seed, format: format, layer: layer == .workingSet ? .workingSet : .dma,
        kernel: release.kernel, narrowing: narrowing)
      for _ in 0..<count {
        guard var scenario = generator.nextFitting() else { continue }
        // The older revisions are older because they break the contract.
        scenario.domain.gather = nil
        try judge(scenario)
      }
      narrowing = generator.narrowing!
    }
  }
}

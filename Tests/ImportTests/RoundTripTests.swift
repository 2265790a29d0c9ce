// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage
import Testing

/// A scenario of ours, run and printed as the kernel's tracepoints, imports to the same scenario.
/// IMPORT_ROUNDS: how many scenarios (800; the issue's 10000 take longer).
@Suite struct RoundTripTests {
  private static let rounds = getenv("IMPORT_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 800

  @Test(arguments: [ScenarioGenerator.Layer.pageTable, .dma])
  func generatedScenariosComeBack(_ layer: ScenarioGenerator.Layer) throws {
    var generators = Kernel.allCases.map { ScenarioGenerator(seed: 7, layer: layer, kernel: $0) }
    var rounds = 0
    var made = 0
    while rounds < Self.rounds / 2 {
      made += 1
      let scenario = generators[made % generators.count].next()
      let form = KernelTrace.Form(rawValue: made % KernelTrace.Form.allCases.count)!
      guard let traced = TracedScenario(scenario, form) else { continue }
      rounds += 1
      let imported = try Imported(traced.trace) {
        $0.domain = traced.scenario.domain
        $0.dma = traced.scenario.dma
      }
      let scenarios = try imported.scenarios
      // What never reached the DMA layer does not tell that there was one.
      var expected = traced.scenario
      if !expected.operations.contains(where: \.needsDMA) { expected.dma = nil }
      guard scenarios == [expected], imported.complaints.isEmpty else {
        Issue.record(
          "round \(made) differs:\n\(expected.text)\ncame back as\n\(imported.text)\nfrom\n\(traced.trace)"
        )
        return
      }
    }
    #expect(made < 20 * rounds, "most scenarios were left out")
  }

  @Test func twoProcessesInterleavedComeBackApart() throws {
    var generator = ScenarioGenerator(seed: 11, layer: .pageTable, kernel: .linux7_3)
    var pairs = 0
    while pairs < 20 {
      guard let one = TracedScenario(generator.next(), .tracefs, process: 100),
        let two = TracedScenario(generator.next(), .tracefs, process: 200)
      else { continue }
      pairs += 1
      let lines = interleaved(one.trace, two.trace)
      let imported = try Imported(lines) { $0.domain = one.scenario.domain }
      let operations = try imported.scenarios.map(\.operations)
      #expect(
        Set(operations.map { $0.map(\.text) })
          == Set([one, two].map { $0.scenario.operations.map(\.text) }))
    }
  }

  private func interleaved(_ one: String, _ two: String) -> String {
    let first = one.split(separator: "\n")
    let second = two.split(separator: "\n")
    var lines: [Substring] = []
    for index in 0..<max(first.count, second.count) {
      if index < first.count { lines.append(first[index]) }
      if index < second.count { lines.append(second[index]) }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

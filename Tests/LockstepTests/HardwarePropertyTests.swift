// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import ScenarioLanguage
import Testing

/// Scenarios as they come, with fixed seeds, under all properties of the hardware judge: both sides, all
/// releases, behind each driver that is the natural one of some domain. Only named classes are broken.
@Suite struct HardwarePropertyTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var driver: DriverName
    var subject: String

    var testDescription: String { "\(subject) behind \(driver.word)" }
  }

  static let cases = [DriverName.riscv, .amd, .amdNpCache, .vtd].flatMap { driver in
    ["swift", "reference"].map { Case(driver: driver, subject: $0) }
  }

  private static let scenarios = 30

  /// Scenarios of a release whose natural driver this is.
  private func some(
    _ driver: DriverName, _ kernel: Kernel, _ layer: ScenarioGenerator.Layer
  ) -> [Scenario] {
    let formats = Format.allCases.filter { DriverChoice(driver).fits($0) }
    var generators = formats.map {
      ScenarioGenerator(seed: 13, format: $0, layer: layer, kernel: kernel)
    }
    var made: [Scenario] = []
    while made.count < Self.scenarios {
      for index in generators.indices {
        var scenario = generators[index].next()
        scenario.domain.driver = nil
        if DriverChoice.natural(for: scenario.domain) == DriverChoice(driver) {
          made.append(scenario)
        }
      }
    }
    return made
  }

  @Test(arguments: cases) func nothingIsBrokenThatHasNoName(_ each: Case) throws {
    let engine = OracleChoice([.hardware]).engine([try LaneRequest(each.subject).load().lane()])
    engine.isThorough = false
    for kernel in Kernel.allCases {
      for layer in [ScenarioGenerator.Layer.pageTable, .dma] {
        for scenario in some(each.driver, kernel, layer) {
          let finding = engine.run(scenario)
          #expect(finding == nil, "\(finding!.signature)\n\(scenario.text)")
        }
      }
    }
    #expect(engine.tally.judgements > 3000)
  }

  /// So that the suite can fail: what forgets to invalidate is found at once.
  @Test(arguments: ["gather=original", "gather=proposed"])
  func anOlderGatherIsFound(_ revision: String) throws {
    var choice = OracleChoice([.hardware])
    choice.forbidden = ["olderGather"]
    let lane = try LaneRequest("swift,\(revision)").load().lane()
    let engine = choice.engine([lane])
    let found = some(.vtd, .linux7_3, .dma).compactMap { engine.run($0) }
    #expect(!found.isEmpty)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// Whole scenarios on both sides at once: domain set up, run, compared, torn down.
struct ScenarioBenchmark {
  /// The best of so many counts.
  let rounds: Int
  let measures: MeasureLog?
  private let engine: Engine = {
    let engine = Engine.comparing(Lane(.swift), Lane(.reference))
    engine.isThorough = false
    return engine
  }()
  private static let target = 100_000.0

  init(rounds: Int, measures: MeasureLog?) {
    self.rounds = rounds
    self.measures = measures
  }

  func print() {
    Swift.print("\nScenarios on both sides, compared, one core:")
    let figure = perSecond(Self.mapsAndUnmaps(pairs: 8, stride: 0x1000))
    let verdict = figure >= Self.target ? "met" : "not met"
    Swift.print(
      "  16 operations (8 maps, 8 unmaps): \(Int(figure)) executions/s"
        + " (target \(Int(Self.target)): \(verdict); stretch 200000)")
    Swift.print("\nCost against length (operations, one table) and tables (one operation each):")
    for pairs in [8, 32, 128, 256] {
      line("\(2 * pairs) operations", 2 * pairs, Self.mapsAndUnmaps(pairs: pairs, stride: 0x1000))
    }
    for pairs in [8, 32, 128, 512] {
      line("\(pairs) tables", 2 * pairs, Self.mapsAndUnmaps(pairs: pairs, stride: 0x20_0000))
    }
  }

  private func line(_ name: String, _ operations: Int, _ scenario: Scenario) {
    let seconds = 1 / perSecond(scenario)
    let each = seconds * 1e9 / Double(operations)
    measures?.add(
      Measure.Name(table: "scenarios on both sides", row: name, unit: "ns/operation"), each)
    Swift.print(
      "  \(name): \(RowTable.number(seconds * 1e6)) µs, \(RowTable.number(each)) ns per operation")
  }

  private func perSecond(_ scenario: Scenario) -> Double {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    if engine.run(lowered) != nil { fatalError("the subjects differ") }
    var best = 0.0
    for _ in 0..<rounds {
      let start = processorNanoseconds()
      var count = 0
      while processorNanoseconds() - start < 200_000_000 {
        for _ in 0..<16 { _ = engine.run(lowered) }
        count += 16
      }
      best = max(best, Double(count) * 1e9 / Double(processorNanoseconds() - start))
    }
    return best
  }

  private static func mapsAndUnmaps(pairs: Int, stride: UInt64) -> Scenario {
    let domain = DomainConfiguration(
      format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k])
    let at = { (index: Int) in UInt64(index) * stride }
    let maps = (0..<pairs).map {
      Operation.map(
        iova: at($0), pa: 0x1_0000_0000 + at($0), length: 0x1000, prot: [.read, .write])
    }
    let unmaps = (0..<pairs).map { Operation.unmap(iova: at($0), length: 0x1000) }
    return Scenario(domain: domain, operations: maps + unmaps)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// What it costs to open and close a domain with a `dma` line and many CPUs, on each side: until Linux
/// 7.2 two magazines for each CPU and size class are allocated then, from 7.3 on none.
struct OpeningBenchmark {
  /// The best of so many counts.
  let rounds: Int
  let measures: MeasureLog?
  private static let cpus: UInt32 = 64

  func print() {
    Swift.print("\nOpening and closing a domain with \(Self.cpus) CPUs, µs (C port, Swift):")
    for kernel in Kernel.allCases {
      let c = microseconds(.reference, kernel)
      let swift = microseconds(.swift, kernel)
      for (side, value) in [("C", c), ("Swift", swift)] {
        measures?.add(
          Measure.Name(table: "opening", row: "\(kernel.name)", column: side, unit: "µs"), value)
      }
      Swift.print("  \(kernel.name): \(RowTable.number(c)), \(RowTable.number(swift))")
    }
  }

  private func microseconds(_ subject: Subject, _ kernel: Kernel) -> Double {
    let engine = Engine([Lane(subject)], [])
    engine.isThorough = false
    var lowered = LoweredScenario()
    lowered.lower(
      Scenario(
        domain: DomainConfiguration(
          format: .x8664, va: 48, oa: 52, features: [.signExtend, .flushRange], top: 3,
          kernel: kernel),
        dma: DMAConfiguration(queue: .perCPU, cpus: Self.cpus, mode: .strict, limit: .max)))
    var best = Double.infinity
    for _ in 0..<rounds {
      let start = processorNanoseconds()
      var count = 0
      while processorNanoseconds() - start < 50_000_000 {
        for _ in 0..<16 { _ = engine.run(lowered) }
        count += 16
      }
      best = min(best, Double(processorNanoseconds() - start) / 1e3 / Double(count))
    }
    return best
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Makes scenarios whose operations meet: it keeps account of what should be mapped, and aims at
/// it, beside it and across its ends. Equal arguments give equal scenarios.
public struct ScenarioGenerator: Sendable {
  public enum Layer: String, CaseIterable, Sendable {
    /// Domains without a `dma` line.
    case pageTable = "pt"
    /// Domains with one.
    case dma
    /// Either.
    case both
  }

  private var random: SeededRandom
  private let format: Format?
  private let layer: Layer
  private let operations: ClosedRange<Int>

  /// `format` nil means any. Each scenario has a number of operations in `operations`.
  public init(
    seed: UInt64, format: Format? = nil, layer: Layer = .pageTable,
    operations: ClosedRange<Int> = 8...48
  ) {
    random = SeededRandom(seed: seed)
    self.format = format
    self.layer = layer
    self.operations = operations
  }

  /// The next scenario. There is no end of them.
  public mutating func next() -> Scenario {
    let hasDMA =
      switch layer {
      case .pageTable: false
      case .dma: true
      case .both: random.oneIn(2)
      }
    var header = random.next() & ~(1 << ConfigurationBits.hasDMA)
    if hasDMA { header |= 1 << ConfigurationBits.hasDMA }
    if let format { header = header & ~0x300 | UInt64(format.rawValue) << 8 }
    var scenario = Scenario(
      domain: DomainConfiguration(compact: header), dma: DMAConfiguration(compact: header))
    let count = operations.lowerBound + random.below(operations.count)
    if let dma = scenario.dma {
      var writer = DMAOperations(scenario.domain, dma)
      for _ in 0..<count { scenario.operations.append(writer.next(&random)) }
    } else {
      var writer = TableOperations(scenario.domain, &random)
      for _ in 0..<count { scenario.operations.append(writer.next(&random)) }
    }
    return scenario
  }
}

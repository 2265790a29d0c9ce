// SPDX-License-Identifier: GPL-2.0-only

/// Makes scenarios whose operations meet: it keeps account of what should be mapped, and aims at
/// it, beside it and across its ends. Equal arguments give equal scenarios.
public struct ScenarioGenerator: Sendable {
  /// What scenarios are of.
  public enum Layer: String, CaseIterable, Sendable {
    /// Domains without a `dma` line.
    case pageTable = "pt"
    /// Domains with one.
    case dma
    /// Either.
    case both
    /// Domains with one, and a working set of small buffers whose tables stay: a scenario of it can
    /// be as long as one likes. Always the most operations.
    case workingSet = "working-set"
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

  /// The next scenario of the page-table layer, on this domain.
  public mutating func next(on domain: DomainConfiguration) -> Scenario {
    var scenario = Scenario(domain: domain)
    let count = operations.lowerBound + random.below(operations.count)
    var writer = TableOperations(domain, &random)
    for _ in 0..<count { scenario.operations.append(writer.next(&random)) }
    return scenario
  }

  /// The next scenario. There is no end of them.
  public mutating func next() -> Scenario {
    let hasDMA =
      switch layer {
      case .pageTable: false
      case .dma, .workingSet: true
      case .both: random.oneIn(2)
      }
    var header = random.next() & ~(1 << ConfigurationBits.hasDMA)
    if hasDMA { header |= 1 << ConfigurationBits.hasDMA }
    if let format { header = format.marked(in: header) }
    var scenario = Scenario(
      domain: DomainConfiguration(compact: header), dma: DMAConfiguration(compact: header))
    if layer == .workingSet { return workingSet(scenario) }
    let count = operations.lowerBound + random.below(operations.count)
    // Two bits of the header that mean nothing else.
    if header >> 52 & 3 == 0 { scenario.dma?.takeKernelSizes() }
    if let dma = scenario.dma {
      var writer = DMAOperations(scenario.domain, dma)
      for _ in 0..<count { scenario.operations.append(writer.next(&random)) }
    } else {
      var writer = TableOperations(scenario.domain, &random)
      for _ in 0..<count { scenario.operations.append(writer.next(&random)) }
    }
    return scenario
  }

  private mutating func workingSet(_ scenario: Scenario) -> Scenario {
    var scenario = WorkingSetOperations.adapt(scenario)
    var writer = WorkingSetOperations(scenario)
    scenario.operations.reserveCapacity(operations.upperBound)
    for _ in 0..<operations.upperBound { scenario.operations.append(writer.next(&random)) }
    return scenario
  }
}

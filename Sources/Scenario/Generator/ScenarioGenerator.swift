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
  private let kernel: Kernel?
  private let operations: ClosedRange<Int>
  /// Fits what is made to the subjects in use, when there is one; its counts.
  public private(set) var narrowing: Narrowing?

  /// `format` nil means any; `kernel` nil, version 1 of the language. Each scenario has a number of
  /// operations in `operations`, or fewer where `narrowing` leaves most of them out.
  public init(
    seed: UInt64, format: Format? = nil, layer: Layer = .pageTable, kernel: Kernel? = nil,
    operations: ClosedRange<Int> = 8...48, narrowing: Narrowing? = nil
  ) {
    random = SeededRandom(seed: seed)
    self.format = format
    self.layer = layer
    self.kernel = kernel
    self.operations = operations
    self.narrowing = narrowing
  }

  /// The next scenario of the page-table layer, on this domain, which is taken as it is.
  public mutating func next(on domain: DomainConfiguration) -> Scenario {
    var scenario = Scenario(domain: domain)
    let count = operations.lowerBound + random.below(operations.count)
    var writer = TableOperations(domain, &random)
    fill(&scenario, count) { writer.next(&$0) }
    return scenario
  }

  /// The next scenario. There is no end of them. Not for generators that narrow.
  public mutating func next() -> Scenario {
    precondition(narrowing == nil)
    return nextFitting()!
  }

  /// The next scenario; nil when it has to be left out, since a subject cannot do anything like it.
  public mutating func nextFitting() -> Scenario? {
    let hasDMA =
      switch layer {
      case .pageTable: false
      case .dma, .workingSet: true
      case .both: random.oneIn(2)
      }
    var header = random.next() & ~(1 << ConfigurationBits.hasDMA)
    if hasDMA { header |= 1 << ConfigurationBits.hasDMA }
    // Odd shapes are seldom opened: few, and none where a working set has to be mapped.
    if layer == .workingSet || header.bits(60, 2) != 0 { header &= ~OddShape.mark }
    if let format { header = format.marked(in: header) }
    var scenario = Scenario(
      domain: DomainConfiguration(compact: header), dma: DMAConfiguration(compact: header))
    if let kernel {
      takeRelease(kernel, &scenario)
      scenario.domain.driver = .random(for: scenario.domain.format, seed: header)
    }
    guard narrowing?.narrow(&scenario.domain, &scenario.dma) ?? true else { return nil }
    if layer == .workingSet, scenario.dma != nil { return workingSet(scenario) }
    let count = operations.lowerBound + random.below(operations.count)
    // Two bits of the header that mean nothing else.
    if header >> 52 & 3 == 0 { scenario.dma?.takeKernelSizes() }
    if let dma = scenario.dma, scenario.domain.kernel != nil {
      var writer = DriverOperations(scenario.domain, dma)
      fill(&scenario, count, around: dma) { writer.next(&$0) }
    } else if let dma = scenario.dma {
      var writer = DMAOperations(scenario.domain, dma)
      fill(&scenario, count, around: dma) { writer.next(&$0) }
    } else {
      var writer = TableOperations(scenario.domain, &random)
      fill(&scenario, count) { writer.next(&$0) }
    }
    return scenario
  }

  /// Makes the lines those of a release: features and magazines as chance has it, but few that are
  /// refused.
  private mutating func takeRelease(_ kernel: Kernel, _ scenario: inout Scenario) {
    let drawn = random.next()
    var word = ReleaseWord.plain(kernel) | (drawn & ReleaseWord.choices)
    // The kernel's own code has one policy: few scenarios of others.
    if drawn.bits(60, 3) != 0 { word &= ~ReleaseWord.policy }
    if scenario.domain.build == .production, !random.oneIn(32) { word &= ~ReleaseWord.features }
    // Before 7.3 all magazines are made when the domain is opened, which then fails.
    if kernel < .linux7_3, !random.oneIn(8) { word &= ~ReleaseWord.failing }
    scenario.domain.take(release: word, asked: nil)
    scenario.dma?.take(release: word)
  }

  /// Appends `count` operations of a writer's, with a series among them where there is room.
  private mutating func fill(
    _ scenario: inout Scenario, _ count: Int, around dma: DMAConfiguration,
    _ write: (inout SeededRandom) -> Operation
  ) {
    let end = scenario.operations.count + count
    let early = count < Self.roomForSeries ? count : random.below(count / 2)
    fill(&scenario, early, write)
    if early < count { appendSeries(to: &scenario, dma) }
    fill(&scenario, end - scenario.operations.count, write)
  }

  /// Appends `count` operations of a writer's. Those that have to be left out are made up for, as
  /// long as there are not too many of them.
  private mutating func fill(
    _ scenario: inout Scenario, _ count: Int, _ write: (inout SeededRandom) -> Operation
  ) {
    var attempts = 0
    let end = scenario.operations.count + count
    while scenario.operations.count < end, attempts < 16 * count {
      attempts += 1
      let operation = write(&random)
      guard narrowing != nil else {
        scenario.operations.append(operation)
        continue
      }
      if let fitting = narrowing!.narrowed(operation) { scenario.operations.append(fitting) }
    }
  }

  /// Operations of a scenario in whose first half a series may begin: the longest is 1080.
  private static let roomForSeries = 2200

  /// So many maps and unmaps of one size that the IOVA allocator gives magazines away.
  private mutating func appendSeries(to scenario: inout Scenario, _ dma: DMAConfiguration) {
    let hasRelease = scenario.domain.kernel != nil
    var domain = scenario.domain
    // Series have version 1's words.
    domain.kernel = nil
    var decoder = OperationDecoder(
      InputConfiguration(domain: domain, dma: dma, isExact: false))
    var lowered = LoweredScenario()
    decoder.decodeSeries(
      CompactSeries(randomSeries(&random), decoder.form)!, into: &lowered)
    for index in 0..<lowered.count {
      let mapping = Operation(lowered.operations[index])
      let operation = hasRelease ? mapping.asDriversCall : mapping
      guard narrowing != nil else {
        scenario.operations.append(operation)
        continue
      }
      if let fitting = narrowing!.narrowed(operation) { scenario.operations.append(fitting) }
    }
  }

  private mutating func workingSet(_ scenario: Scenario) -> Scenario {
    var scenario = WorkingSetOperations.adapt(scenario)
    var writer = WorkingSetOperations(scenario)
    scenario.operations.reserveCapacity(operations.upperBound)
    fill(&scenario, operations.upperBound) { writer.next(&$0) }
    return scenario
  }
}

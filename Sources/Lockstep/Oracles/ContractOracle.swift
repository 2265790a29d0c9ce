// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Log
import ScenarioLanguage
import SubjectABI

/// Holds one lane against the contract of the layer that a scenario drives: the page table's, or
/// with a `dma` line the DMA layer's. After each operation it looks up the bytes at the edges of
/// what the operation touched.
public final class ContractOracle: Oracle {
  public let name = OracleName.contract
  private let laneIndex: Int
  let filter: PropertyFilter
  @exclusivity(unchecked) private var counted: DepartureCount
  @exclusivity(unchecked) private var table: PageTableContract?
  @exclusivity(unchecked) private var dma = DMAContract()
  private var judged = JudgedLane()
  private var hasLayer = false
  /// Whether any of the DMA layer's promises counts. Its departures count then.
  private let judgesLayer: Bool
  /// A promise that does not count was broken: what follows may only repeat it.
  private var isSilenced = false
  /// A lookup was refused in this scenario.
  private var isUnanswered = false
  /// What a lookup without an answer comes to, where that is anything.
  private var pending: Judgement?
  private let query: UnsafeMutablePointer<iopt_op>
  /// Answers of which the page table's contract says nothing.
  @exclusivity(unchecked) public private(set) var unspecified = 0
  /// Operations and lookups held against the contract.
  @exclusivity(unchecked) public private(set) var answers = 0

  /// Judges lane `lane` of its engine. A departure that `forbidden` names, or every one with `all`,
  /// is a finding.
  public init(lane: Int = 0, filter: PropertyFilter = PropertyFilter(), forbidden: Set<String> = [])
  {
    laneIndex = lane
    self.filter = filter
    judgesLayer = DMAContract.properties.contains(where: filter.counts)
    counted = DepartureCount(Self.departureNames, forbidden: forbidden)
    query = .allocate(capacity: 1)
    query.initialize(to: Operation.iovaToPhys(iova: 0).lowered(pieces: nil))
  }

  deinit { query.deallocate() }

  /// Every property, as Documentation/contract.md names them.
  public static let properties = PageTableContract.properties + DMAContract.properties

  /// Every departure's name.
  public static let departureNames =
    KnownDeparture.allCases.map { "\($0)" } + layerDepartures.map { "\($0)" }

  private static let layerDepartures = DMADeparture.allCases
  /// Where those of the DMA layer begin among the names.
  private static let layerNames = KnownDeparture.allCases.count

  public var departures: [(name: String, count: Int)] { counted.list }

  public func begin(_ engine: Engine) -> Judgement {
    isSilenced = false
    isUnanswered = false
    table = nil
    hasLayer = engine.configuration.has_dma != 0
    let observed = engine.lanes[laneIndex]
    judged.choose(observed)
    if let breach = openingBreach(observed) { return breach }
    guard observed.status == .done else { return .nothing }
    let configuration = observed.lane.meant(engine.configuration)
    if hasLayer {
      dma.begin(configuration, observed.lane.records)
    } else if let info = DomainInfo(observed.lane.records) {
      table = PageTableContract(DomainConfiguration(configuration), info)
    }
    return .nothing
  }

  /// A domain is opened, or refused with an error number. Only the DMA layer's set-up stops at a check,
  /// where no page is as small as the machine's (`init_iova_domain()`).
  private func openingBreach(_ observed: ObservedLane) -> Judgement? {
    let records = observed.lane.records
    switch observed.status {
    case .crashed:
      let info = records.lazy.compactMap(InfoRecord.init).first { _ in true }
      if hasLayer, let info, info.pageSizes & 0x1fff == 0 { return nil }
      return broken(
        "opening", "crash", "opening the domain ran away or faulted", observed, lookup: nil)
    case .failed:
      let result = records.lazy.compactMap(ResultRecord.init).first { _ in true }
      if result?.errno != nil { return nil }
      return broken(
        "opening", "no error number", "the domain failed to open, and no error number says why",
        observed, lookup: nil)
    case .done, .refused: return nil
    }
  }

  public func judge(_ engine: Engine) -> Judgement {
    if isSilenced { return .nothing }
    return judged.with { hasLayer ? judgeLayer(engine, $0) : judgeTable(engine, $0) }
  }

  public func end(_ engine: Engine) -> Judgement {
    if isSilenced { return .nothing }
    return judged.with { hasLayer ? endLayer(engine, $0) : endTable(engine, $0) }
  }

  // MARK: The page table

  private func judgeTable(_ engine: Engine, _ observed: ObservedLane) -> Judgement {
    guard table != nil, let operation = engine.operation?.pointee else { return .nothing }
    let property = PageTableContract.property(of: operation)
    let verdict = table!.judge(operation, observed.status, observed.lane.records)
    let judgement = take(verdict, property, observed, lookup: nil)
    if case .found = judgement { return judgement }
    guard observed.status == .done, PageTableContract.changesMappings(operation) else {
      return judgement
    }
    return lookUp(around: operation, property, observed, engine) ?? judgement
  }

  private func endTable(_ engine: Engine, _ observed: ObservedLane) -> Judgement {
    guard filter.counts("lookup"), let mappings = table?.mapped.mappings else { return .nothing }
    for mapping in mappings {
      if let found = lookUp(mapping.first, "lookup", observed, engine)
        ?? lookUp(mapping.last, "lookup", observed, engine)
      {
        return found
      }
    }
    return mappings.isEmpty ? .nothing : .kept
  }

  /// Both ends of the operation's range, the bytes beside them, and the ends of the mappings there, each
  /// mapping's once.
  private func lookUp(
    around operation: iopt_op, _ property: String, _ observed: ObservedLane, _ engine: Engine
  ) -> Judgement? {
    let first = table!.space.key(operation.iova)
    let last = first &+ (operation.len - 1)
    var done: UInt64?
    for number in 0..<4 {
      let key = number < 2 ? first &- 1 &+ UInt64(number) : last &+ UInt64(number - 2)
      if let found = lookUp(key, property, observed, engine) { return found }
      guard let mapping = table!.mapped.mapping(at: key), mapping.first != done else { continue }
      done = mapping.first
      if mapping.first != key,
        let found = lookUp(mapping.first, property, observed, engine)
      {
        return found
      }
      if mapping.last != key, let found = lookUp(mapping.last, property, observed, engine) {
        return found
      }
    }
    return nil
  }

  /// nil when the lookup's answer is as it should be.
  private func lookUp(
    _ key: UInt64, _ property: String, _ observed: ObservedLane, _ engine: Engine
  ) -> Judgement? {
    query.pointee.iova = table!.space.iova(key)
    let status = observed.lane.run(query)
    if status == .refused { return takeRefusedLookup(engine) }
    if status == .done, table!.promises(query.pointee.iova, observed.result) {
      if filter.counts(property) { answers += 1 }
      return nil
    }
    let verdict = table!.judge(query.pointee, status, observed.lane.records)
    let judgement = take(verdict, property, observed, lookup: query.pointee.iova)
    if case .found = judgement { return judgement }
    return nil
  }

  /// A subject that cannot be asked has not answered wrongly: it is counted, once a scenario.
  private func takeRefusedLookup(_ engine: Engine) -> Judgement? {
    if isUnanswered { return nil }
    isUnanswered = true
    return engine.takeRefusedLookup(
      query.pointee.iova, engine.lanes[laneIndex], lane: laneIndex
    ).map(Judgement.found)
  }

  private func take(
    _ verdict: PageTableContract.Verdict, _ property: String, _ observed: ObservedLane,
    lookup: UInt64?
  ) -> Judgement {
    guard filter.counts(property) else {
      if case .broken = verdict { isSilenced = true }
      return .nothing
    }
    answers += 1
    switch verdict {
    case .kept: return .kept
    case .unspecified:
      unspecified += 1
      return .nothing
    case .departed(let departure): return depart(Int(departure.rawValue), observed)
    case .broken(let breach):
      let kind = (lookup == nil ? "" : "lookup: ") + breach.name
      return broken(property, kind, breach.description, observed, lookup: lookup)
    }
  }

  // MARK: The DMA layer

  private func judgeLayer(_ engine: Engine, _ observed: ObservedLane) -> Judgement {
    guard judgesLayer, let operation = engine.operation, observed.status == .done else {
      return .nothing
    }
    answers += 1
    let before = dma.departures
    pending = nil
    if let breach = dma.observe(operation, observed.lane.records) {
      return broken(breach, observed)
    }
    if let breach = dma.checkLastOperation({ translate($0, observed, engine) }) {
      return broken(breach, observed)
    }
    if let pending { return pending }
    if dma.departures == before { return .kept }
    for (number, departure) in Self.layerDepartures.enumerated()
    where dma.departures.contains(departure) && !before.contains(departure) {
      let judgement = depart(Self.layerNames + number, observed)
      if case .found = judgement { return judgement }
    }
    return .kept
  }

  private func endLayer(_ engine: Engine, _ observed: ObservedLane) -> Judgement {
    pending = nil
    guard judgesLayer else { return .nothing }
    guard let breach = dma.checkAll({ translate($0, observed, engine) }) else {
      return pending ?? .kept
    }
    return broken(breach, observed)
  }

  /// nil when there is no answer; what that comes to is then ``pending``.
  private func translate(_ iova: UInt64, _ observed: ObservedLane, _ engine: Engine) -> UInt64? {
    answers += 1
    query.pointee.iova = iova
    switch observed.lane.run(query) {
    case .done: return observed.result
    case .refused: pending = pending ?? takeRefusedLookup(engine)
    case .crashed, .failed:
      pending =
        pending
        ?? broken(
          "translation", "lookup: crash", "the lookup ran away or faulted", observed, lookup: iova)
    }
    return nil
  }

  private func broken(_ breach: DMABreach, _ observed: ObservedLane) -> Judgement {
    broken(breach.property, breach.name, breach.description, observed, lookup: nil)
  }

  // MARK: Judgements

  private func broken(
    _ property: String, _ kind: String, _ text: String, _ observed: ObservedLane, lookup: UInt64?
  ) -> Judgement {
    guard filter.counts(property) else {
      isSilenced = true
      return .nothing
    }
    return .found(
      Fault(
        "\(property): \(kind)",
        .breach(subject: observed.lane.label, text: text, lookup: lookup), lane: laneIndex))
  }

  /// `departure`: the place of its name.
  private func depart(_ departure: Int, _ observed: ObservedLane) -> Judgement {
    counted.judge(departure, of: observed, lane: laneIndex)
  }
}

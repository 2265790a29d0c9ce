// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// Runs scenarios on one subject and holds every answer against the ``Contract``. After each map
/// and unmap it asks for the first, last and boundary bytes of what the operation touched.
public final class ContractRun {
  /// The first promise of a scenario that was not kept.
  public struct Finding: Equatable, Sendable {
    public var place: Place
    /// The byte that was looked up after the operation, when that was what went wrong.
    public var lookup: UInt64?
    public var breach: Contract.Breach
  }

  /// What was judged, over all scenarios.
  public struct Tally: Equatable, Sendable {
    public var scenarios = 0
    /// Operations and lookups held against the contract.
    public var answers = 0
    /// Answers of which the contract says nothing.
    public var unspecified = 0
    /// How often each ``KnownDeparture`` was seen, by its raw value.
    public var departures = [Int](repeating: 0, count: KnownDeparture.allCases.count)

    public func count(_ departure: KnownDeparture) -> Int { departures[Int(departure.rawValue)] }
  }

  public let lane: Lane
  public private(set) var tally = Tally()

  public init(_ lane: Lane) { self.lane = lane }

  /// Runs one scenario from empty memory; nil when every answer keeps the contract, or when the
  /// domain cannot be opened.
  public func run(_ scenario: Scenario) -> Finding? {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    return run(lowered, on: scenario.domain)
  }

  /// The same for a scenario that was lowered before; `domain` is its domain.
  public func run(
    _ scenario: borrowing LoweredScenario, on domain: DomainConfiguration
  ) -> Finding? {
    lane.endScenario()
    defer { lane.endScenario() }
    tally.scenarios += 1
    guard lane.open(scenario.configuration) == .done, scenario.configuration.has_dma == 0,
      let info = DomainInfo(Response(.done, lane.log).records)
    else { return nil }
    var contract = Contract(domain, info)
    for index in 0..<scenario.count {
      let operation = scenario.operations[index]
      let status = lane.run(scenario.operations + index)
      if let breach = take(contract.judge(operation, status, lane.log)) {
        return Finding(place: .operation(index), lookup: nil, breach: breach)
      }
      guard status == .done else { return nil }
      if changesMappings(operation) {
        if let finding = lookUp(around: operation, &contract, .operation(index)) { return finding }
      }
    }
    for mapping in contract.mapped.mappings {
      for key in [mapping.first, mapping.last] {
        if let finding = lookUp(key, &contract, .end) { return finding }
      }
    }
    return nil
  }

  private func take(_ verdict: Contract.Verdict) -> Contract.Breach? {
    tally.answers += 1
    switch verdict {
    case .kept: break
    case .departed(let departure): tally.departures[Int(departure.rawValue)] += 1
    case .unspecified: tally.unspecified += 1
    case .broken(let breach): return breach
    }
    return nil
  }

  private func changesMappings(_ operation: iopt_op) -> Bool {
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST: operation.len > 0
    default: false
    }
  }

  /// Looks up both ends of the operation's range, the bytes beside them, and the ends of the
  /// mappings there.
  private func lookUp(
    around operation: iopt_op, _ contract: inout Contract, _ place: Place
  ) -> Finding? {
    let first = contract.space.key(operation.iova)
    let last = first &+ (operation.len - 1)
    for key in [first &- 1, first, last, last &+ 1] {
      if let finding = lookUp(key, &contract, place) { return finding }
      guard let mapping = contract.mapped.mapping(at: key) else { continue }
      for end in [mapping.first, mapping.last] where end != key {
        if let finding = lookUp(end, &contract, place) { return finding }
      }
    }
    return nil
  }

  private func lookUp(_ key: UInt64, _ contract: inout Contract, _ place: Place) -> Finding? {
    var operation = iopt_op()
    operation.size = UInt32(MemoryLayout<iopt_op>.size)
    operation.kind = UInt32(IOPT_OP_IOVA_TO_PHYS.rawValue)
    operation.iova = contract.space.iova(key)
    let status = lane.run(&operation)
    return take(contract.judge(operation, status, lane.log)).map {
      Finding(place: place, lookup: operation.iova, breach: $0)
    }
  }
}

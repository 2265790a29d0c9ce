// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage

/// Runs a scenario again and again and lets the 1st, 2nd, … nth allocation fail in turn, until a
/// run makes none fail. Two subjects must agree in every run, or one keep what it is judged by; no table
/// may leak, and a map that fails must leave the mappings as they were.
public final class AllocationSweep {
  /// What is wrong in one run. The scenario arms the failure with a `fail_alloc` of its own.
  public enum Fault: Equatable, Sendable {
    case differs(Scenario)
    /// Tables that one side's teardown left, which no gather had taken.
    case leaks(Scenario, side: String, tables: [UInt64])
    /// The map at this operation failed and changed what is mapped.
    case changesMappings(Scenario, side: String, operation: Int)
    /// The sides answer differently when the table that a domain starts with cannot be allocated.
    case differsWhenOpened(Scenario)

    /// The run that shows it.
    public var scenario: Scenario {
      switch self {
      case .differs(let scenario), .leaks(let scenario, _, _), .changesMappings(let scenario, _, _),
        .differsWhenOpened(let scenario):
        scenario
      }
    }
  }

  /// What was run so far.
  public struct Tally: BitwiseCopyable, Equatable, Sendable {
    /// Scenarios that were swept.
    public var scenarios = 0
    /// Scenarios that one of the subjects cannot run at all.
    public var refused = 0
    /// Allocations that were made to fail, each in a run of its own.
    public var failures = 0
    /// Maps that failed for it and were seen to leave the mappings alone, on both sides.
    public var unwound = 0
    /// Runs that leave a table and its link behind as the kernel does:
    /// ``KnownDeparture/raggedLengthRunsAway``.
    public var ragged = 0
    /// Runs that lose tables as the kernel's older `gather_range_pages` did: where it leaves a range
    /// out of an operation's own gather, no sync is called for that, and the gather's tables are
    /// forgotten. Documentation/sweeps.md calls it `forgottenByItsGather`.
    public var forgotten = 0
    /// Runs in which something was wrong.
    public var faults = 0
  }

  /// What was run so far.
  public private(set) var tally: Tally {
    get { position.tally }
    set { position.tally = newValue }
  }
  /// At most so many allocations of one operation fail; nil: all of them.
  public var limit: UInt64?
  /// Told of each fault.
  public var onFault: (Fault) -> Void = { _ in }

  private let position: Position
  private let lanes: [Lane]
  private let engine: Engine
  private var lowered = LoweredScenario()

  /// Runs on two lanes, which are compared.
  public convenience init(left: Lane, right: Lane) {
    self.init(OracleChoice([.comparison]).engine([left, right]))
  }

  /// Runs on an engine that compares two lanes, or judges one. It notes in `position` where it stands.
  public init(_ engine: Engine, at position: Position = Position()) {
    self.engine = engine
    self.position = position
    lanes = engine.lanes.map(\.lane)
  }

  /// Sweeps one scenario; its own `fail_alloc` operations are left out.
  public func sweep(_ original: Scenario) {
    var scenario = original.upgraded(toTree: engine.treeRelease)
    scenario.operations.removeAll { if case .failAlloc = $0 { true } else { false } }
    position.note(scenario)
    tally.scenarios += 1
    let refused = engine.tally.refused
    if compare(scenario) != nil { return report(.differs(scenario)) }
    if engine.tally.refused > refused {
      tally.refused += 1
      return
    }
    guard let allocating = allocatingOperations(of: scenario) else { return }
    failToOpen(scenario)
    for index in allocating {
      var countdown: UInt64 = 1
      while countdown <= limit ?? .max, fail(countdown, at: index, of: scenario) { countdown += 1 }
    }
  }

  private func compare(_ scenario: Scenario) -> Finding? {
    lowered.lower(scenario)
    return engine.run(lowered)
  }

  /// What the engine went through.
  public var runs: RunTally { engine.tally }

  private func report(_ fault: Fault) {
    tally.faults += 1
    onFault(fault)
  }

  /// The operations that ask for tables when nothing fails; nil when the domain cannot be opened.
  private func allocatingOperations(of scenario: Scenario) -> [Int]? {
    guard let domain = try? DirectDomain(lanes[0], scenario) else { return nil }
    var result: [Int] = []
    for (index, operation) in scenario.operations.enumerated() {
      let response = domain.run(operation)
      if !response.records(.alloc).isEmpty { result.append(index) }
      guard response.status == .done else { break }
    }
    return result
  }

  /// The first allocation is the top table's.
  private func failToOpen(_ scenario: Scenario) {
    position.note(scenario)
    let answers = lanes.map { lane in
      let answer: DirectDomain.OpenFailure?
      do throws(DirectDomain.OpenFailure) {
        _ = try DirectDomain(lane, scenario, failingAllocation: 1)
        answer = nil
      } catch { answer = error }
      return answer
    }
    tally.failures += 1
    guard let failure = answers[0], failure.errno != nil,
      answers.allSatisfy({ $0 == failure })
    else {
      return report(.differsWhenOpened(Scenario(domain: scenario.domain, dma: scenario.dma)))
    }
  }

  /// Lets the `countdown`th allocation from the operation at `index` on fail. False when the
  /// operation does not ask for so many.
  private func fail(_ countdown: UInt64, at index: Int, of original: Scenario) -> Bool {
    var scenario = original
    scenario.operations.insert(.failAlloc(countdown: countdown), at: index)
    position.note(scenario)
    let runs = lanes.map { SweptRun($0, scenario, failing: index + 1) }
    guard runs.contains(where: \.failed) else { return false }
    tally.failures += 1
    if compare(scenario) != nil {
      report(.differs(scenario))
      return true
    }
    if runs.allSatisfy(\.isRagged) {
      tally.ragged += 1
      return true
    }
    for (lane, run) in zip(lanes, runs) {
      if !run.leaked.isEmpty {
        report(.leaks(scenario, side: lane.label, tables: run.leaked))
      }
      if run.changedMappings {
        report(.changesMappings(scenario, side: lane.label, operation: index + 1))
      }
    }
    if runs.contains(where: \.forgets) { tally.forgotten += 1 }
    if runs.allSatisfy({ $0.unwound && !$0.changedMappings }) { tally.unwound += 1 }
    return true
  }
}

/// One subject's run of a scenario in which an operation's allocation fails.
private struct SweptRun {
  /// The allocation did fail.
  var failed = false
  /// The operation was a map that failed and had to take back what it did.
  var unwound = false
  var changedMappings = false
  /// The operation maps a length that is no multiple of the smallest page, in a production build:
  /// it got as far as to link a table at level 0.
  var isRagged = false
  /// Tables left after teardown that no gather had taken.
  var leaked: [UInt64] = []
  /// An operation's own gather lost tables, as the revision in force does.
  var forgets = false

  init(_ lane: Lane, _ scenario: Scenario, failing index: Int) {
    guard let domain = try? DirectDomain(lane, scenario) else { return }
    // What a gather has taken may stay for good: a gather that is initialised again forgets it.
    var gathered: Set<UInt64> = []
    for (position, operation) in scenario.operations.enumerated() {
      let before = position == index ? TableWalk(domain).leaves : []
      let response = domain.run(operation)
      if position == index { failed = lane.host.state.pointee.allocationsToFailure == 0 }
      guard response.status == .done else { return }
      for record in response.records(.gather) {
        gathered.formUnion(record.arguments.dropFirst(4))
      }
      guard position == index else { continue }
      guard failed else { return }
      isRagged = scenario.domain.build == .production && Self.isRagged(operation, domain.info)
      unwound = Self.isUnwound(operation) && Self.isFailure(operation, response)
      changedMappings = unwound && TableWalk(domain).leaves != before
    }
    let linked = Set(TableWalk(domain).tables.map(\.pa))
    guard domain.teardown() != nil else { return }
    leaked = domain.liveTableAddresses.filter { !gathered.contains($0) }
    guard Self.mayForget(lane, scenario.domain, domain.info) else { return }
    let count = leaked.count
    leaked.removeAll { !linked.contains($0) }
    forgets = leaked.count < count
  }

  /// Whether the revision in force leaves ranges out of a strict gather: without `flush_range` all
  /// of them, with `flush_range_no_gaps` those that are disjoint from what it holds.
  private static func mayForget(
    _ lane: Lane, _ domain: DomainConfiguration, _ info: DomainInfo
  ) -> Bool {
    let revision = lane.gather.flatMap(GatherRevision.init(rawValue:)) ?? domain.gather
    let leavesOut =
      !info.features.contains(.flushRange) || info.features.contains(.flushRangeNoGaps)
    return leavesOut && (revision == .original || revision == .proposed)
  }

  private static func isRagged(_ operation: Operation, _ info: DomainInfo) -> Bool {
    switch operation {
    case .map(_, _, let length, _), .mapRange(_, _, let length, _):
      let smallest = info.pageSizes & (0 &- info.pageSizes)
      return length & (smallest &- 1) != 0
    default: return false
    }
  }

  private static func isUnwound(_ operation: Operation) -> Bool {
    switch operation {
    case .map, .dmaMap, .dmaMapSG, .dmaMapPhys, .dmaMapSGAttrs: true
    default: false
    }
  }

  private static func isFailure(_ operation: Operation, _ response: Response) -> Bool {
    switch operation {
    case .map, .dmaMapSGAttrs: response.errno != nil
    default: response.value == .max
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// Runs scenarios of the DMA layer on one subject and holds it to ``DMAContract``. Kept for many
/// scenarios.
public final class DMAContractRun {
  public enum Verdict: Equatable, Sendable {
    /// As far as the scenario went: a crash or a failed initialisation ends it.
    case kept(operations: Int)
    /// `operation` counts from 0; the number of operations stands for the end of the scenario.
    case broken(operation: Int, DMABreach)
  }

  /// What was judged, over all scenarios.
  public struct Tally: Equatable, Sendable {
    public var scenarios = 0
    /// Operations and lookups held against the contract.
    public var answers = 0
    /// Scenarios that a crash or a refused operation ended: the rest of them was not judged.
    public var cutShort = 0
    /// In how many scenarios each ``DMADeparture`` was met, by its raw value.
    public var departures = [Int](repeating: 0, count: DMADeparture.allCases.count)

    public func count(_ departure: DMADeparture) -> Int { departures[Int(departure.rawValue)] }
  }

  public let lane: Lane
  public private(set) var tally = Tally()
  private var contract = DMAContract()
  private let query: UnsafeMutablePointer<iopt_op>

  /// The lane is used by nobody else.
  public init(_ lane: Lane) {
    self.lane = lane
    query = .allocate(capacity: 1)
    query.initialize(to: Operation.iovaToPhys(iova: 0).lowered(pieces: nil))
  }

  deinit { query.deallocate() }

  /// What was claimed no longer in the last scenario.
  public var departures: DMADepartures { contract.departures }

  /// Runs one scenario, which must have a `dma` line, from empty memory and leaves the lane empty.
  public func run(_ scenario: borrowing LoweredScenario) -> Verdict {
    defer { lane.endScenario() }
    tally.scenarios += 1
    guard lane.open(scenario.configuration) == .done else { return .kept(operations: 0) }
    contract.begin(scenario.configuration, lane.log)
    defer { countDepartures() }
    for index in 0..<scenario.count {
      let operation = scenario.operations + index
      guard lane.run(operation) == .done else {
        tally.cutShort += 1
        return .kept(operations: index)
      }
      tally.answers += 1
      if let breach = contract.observe(operation, lane.log)
        ?? contract.checkLastOperation({ translate($0) })
      {
        return .broken(operation: index, breach)
      }
    }
    if let breach = contract.checkAll({ translate($0) }) {
      return .broken(operation: scenario.count, breach)
    }
    return .kept(operations: scenario.count)
  }

  private func countDepartures() {
    for departure in DMADeparture.allCases where departures.contains(departure) {
      tally.departures[Int(departure.rawValue)] += 1
    }
  }

  private func translate(_ iova: UInt64) -> UInt64 {
    tally.answers += 1
    query.pointee.iova = iova
    guard lane.run(query) == .done else { return 0 }
    for record in RecordView(lane.log) where record.kind == IOPT_EVENT_RET.rawValue {
      return record.words[1]
    }
    return 0
  }
}

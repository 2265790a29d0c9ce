// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// What a subject asked of the driver and the allocator in some scenarios: what a policy of
/// invalidation costs.
public struct WorkloadCount: Codable, Equatable, Sendable {
  /// Operations that were run.
  public var operations = 0
  /// Calls of the driver's `iotlb_sync`.
  public var syncs = 0
  /// Calls of its `flush_iotlb_all`.
  public var flushes = 0
  /// Tables that went back to the allocator.
  public var freedTables = 0

  /// Nothing yet.
  public init() {}

  /// Runs a scenario to its end, or to a crash or a refusal.
  public mutating func run(_ scenario: Scenario, on lane: Lane) {
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    lane.endScenario()
    defer { lane.endScenario() }
    guard lane.open(lowered.configuration) == .done else { return }
    for index in 0..<lowered.count {
      guard lane.run(lowered.operations + index) == .done else { return }
      operations += 1
      for record in lane.records { count(record.kind) }
    }
  }

  private mutating func count(_ kind: EventKind?) {
    switch kind {
    case .sync: syncs += 1
    case .flushAll: flushes += 1
    case .free: freedTables += 1
    default: break
    }
  }
}

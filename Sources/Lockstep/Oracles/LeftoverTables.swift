// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Lets two lanes free their tables when a scenario is over, and compares which are left. Some may be:
/// gathers can have lost them. But both sides lose the same.
enum LeftoverTables {
  /// After the last operation. In a run that is not thorough only of one scenario in four, the first
  /// among them: it costs as much as several operations, and what it finds is seldom alone.
  static func judge(_ engine: Engine) -> Judgement {
    guard engine.isThorough || engine.scenarioNumber & 3 == 1 else { return .nothing }
    let (left, right) = (engine.lanes[0], engine.lanes[1])
    guard left.status == .done, right.status == .done, !engine.runsAwayInTeardown else {
      return .nothing
    }
    guard free(left), free(right) else { return .nothing }
    for side in [left, right] {
      if let misuse = side.lane.host.state.pointee.misuse {
        var fault = engine.misuse(side, misuse)
        fault.oracle = .abi
        return .found(fault)
      }
    }
    return difference(left, right).map(Judgement.found) ?? .kept
  }

  /// False when the subject cannot.
  private static func free(_ observed: ObservedLane) -> Bool {
    observed.lane.isTornDown || observed.teardown() != nil
  }

  /// nil when both have left the same tables. The side that has one that the other lacks is at fault
  /// for the report, the right one first.
  private static func difference(_ left: ObservedLane, _ right: ObservedLane) -> Fault? {
    guard !areEqual(left.lane.host.state.pointee.arena, right.lane.host.state.pointee.arena) else {
      return nil
    }
    let (own, other) = (tables(left), tables(right))
    let surplus = other.subtracting(own)
    if surplus.isEmpty { return fault(left, own.subtracting(other), lane: 0, "left") }
    return fault(right, surplus, lane: 1, "right")
  }

  /// In both the same slots were used.
  private static func areEqual(_ left: borrowing Arena, _ right: borrowing Arena) -> Bool {
    left.used == right.used
      && (0..<left.used).allSatisfy { (left.states[$0] == .table) == (right.states[$0] == .table) }
  }

  private static func fault(
    _ observed: ObservedLane, _ tables: Set<UInt64>, lane: Int, _ side: String
  ) -> Fault {
    Fault(
      "tables left on the \(side)",
      .leak(subject: observed.lane.label, tables: tables.sorted()), lane: lane)
  }

  private static func tables(_ observed: ObservedLane) -> Set<UInt64> {
    Set(observed.lane.host.state.pointee.arena.tables.map(Arena.address(ofSlot:)))
  }
}

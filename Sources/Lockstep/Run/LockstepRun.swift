// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Scenario
import SubjectABI

/// Runs scenarios on several subjects at once and compares what they do: statuses and records
/// after every operation, table words at the end. Kept for many scenarios; a run allocates
/// nothing of its own.
public final class LockstepRun {
  public let lanes: [Lane]

  /// Lane 0 is what the others are compared with.
  public init(_ lanes: [Lane]) {
    precondition(!lanes.isEmpty)
    self.lanes = lanes
  }

  /// Runs one scenario from empty memory and leaves the lanes empty again.
  public func run(_ scenario: borrowing LoweredScenario) -> Outcome {
    defer { for lane in lanes { lane.endScenario() } }
    switch step(at: .domain, { $0.open(scenario.configuration) }) {
    case .next: break
    case .over: return .agreed(operations: 0)
    case .verdict(let outcome): return outcome
    }
    for index in 0..<scenario.count {
      let operation = scenario.operations + index
      switch step(at: .operation(index), { $0.run(operation) }) {
      case .next: break
      case .over: return .agreed(operations: index + 1)
      case .verdict(let outcome): return outcome
      }
    }
    if let outcome = compareTables() { return outcome }
    return .agreed(operations: scenario.count)
  }

  private enum Step {
    case next
    /// The scenario ends here by its own rules.
    case over
    case verdict(Outcome)
  }

  /// One request to every lane, and the comparison.
  @inline(__always)
  private func step(at place: Place, _ request: (Lane) -> SubjectStatus) -> Step {
    let first = lanes[0]
    let status = request(first)
    if status != .done || first.host.state.pointee.misuse != nil {
      return uncommonStep(at: place, status, request)
    }
    for index in 1..<lanes.count {
      let lane = lanes[index]
      let other = request(lane)
      if other != .done || lane.host.state.pointee.misuse != nil {
        return .verdict(verdict(at: place, lane: index, other, expected: status))
      }
      guard sameRecords(first.log, lane.log) else {
        return .verdict(.diverged(place, lane: index, .events))
      }
    }
    return .next
  }

  /// The first lane failed, crashed, refused or broke a rule: do the others too?
  private func uncommonStep(
    at place: Place, _ status: SubjectStatus, _ request: (Lane) -> SubjectStatus
  ) -> Step {
    if let misuse = lanes[0].host.state.pointee.misuse {
      return .verdict(.misused(place, lane: 0, misuse))
    }
    if status == .refused { return .verdict(.refused(place, lane: 0)) }
    for index in 1..<lanes.count {
      let other = request(lanes[index])
      if other != status || lanes[index].host.state.pointee.misuse != nil {
        return .verdict(verdict(at: place, lane: index, other, expected: status))
      }
      // After a crash the records say nothing.
      if status == .failed, !sameRecords(lanes[0].log, lanes[index].log) {
        return .verdict(.diverged(place, lane: index, .events))
      }
    }
    return .over
  }

  private func verdict(
    at place: Place, lane: Int, _ status: SubjectStatus, expected: SubjectStatus
  ) -> Outcome {
    if let misuse = lanes[lane].host.state.pointee.misuse {
      return .misused(place, lane: lane, misuse)
    }
    return status == .refused
      ? .refused(place, lane: lane) : .diverged(place, lane: lane, .status)
  }

  /// Compares every live table word of every lane with lane 0's.
  func compareTables() -> Outcome? {
    for index in 1..<lanes.count {
      guard let pa = firstDifferentWord(lanes[0], lanes[index]) else { continue }
      return .diverged(.end, lane: index, .word(pa: pa))
    }
    return nil
  }
}

/// The address of the first live table word that is not the same in both lanes. Which slots are
/// live is taken from `left`: the records that tell it were compared before.
func firstDifferentWord(_ left: Lane, _ right: Lane) -> UInt64? {
  let one = left.host.state
  let other = right.host.state
  for slot in 0..<min(one.pointee.arena.used, other.pointee.arena.used)
  where one.pointee.arena.isLive(slot) {
    let words = one.pointee.arena.words(slot)
    let others = other.pointee.arena.words(slot)
    if memcmp(words, others, Arena.slotSize) == 0 { continue }
    let word = (0..<Arena.slotSize / 8).first { words[$0] != others[$0] }!
    return Arena.base + UInt64(slot * Arena.slotSize + word * 8)
  }
  return nil
}

/// Whether two logs hold the same records, stores left out.
@inline(__always)
private func sameRecords(
  _ left: UnsafeMutablePointer<iopt_log>, _ right: UnsafeMutablePointer<iopt_log>
) -> Bool {
  if left.pointee.stores | right.pointee.stores != 0 {
    return RecordView(left).withoutStores == RecordView(right).withoutStores
  }
  let count = left.pointee.count
  guard count == right.pointee.count else { return false }
  return memcmp(left.pointee.words, right.pointee.words, Int(count) * 8) == 0
}

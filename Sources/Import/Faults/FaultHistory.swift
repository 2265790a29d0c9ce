// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One mapping in the life of an address: who made it, when, and when it went away.
struct Tenant {
  /// Of the whole mapping, although a part of it may be all that is left at an address.
  var first: UInt64
  var last: UInt64
  /// nil: it was mapped before the trace began; first and last are then those of the unmap.
  var mapped: Moment?
  var unmapped: Moment?
  var direction: DMADirection?
  var device: UInt32

  /// One event's place.
  struct Moment {
    var line: Int
    var time: UInt64?
    var task: UInt32
    var pid: Int32
    var cpu: Int32
  }
}

/// What was mapped where, and what was there before: the last that each address had.
struct FaultHistory {
  /// What is mapped now, and what the address had last.
  private(set) var live = RangeIndex<Tenant>()
  private(set) var gone = RangeIndex<Tenant>()
  /// Former mappings that were dropped because there were too many.
  private(set) var dropped = 0
  private static let mostGone = 1 << 18

  private static func moment(_ step: Step) -> Tenant.Moment {
    Tenant.Moment(
      line: step.line, time: step.time, task: step.task, pid: step.pid, cpu: step.cpu)
  }

  mutating func map(_ step: Step) {
    let tenant = Tenant(
      first: step.iova, last: step.last, mapped: Self.moment(step),
      direction: step.device == 0 ? nil : step.direction, device: step.device)
    // What was there went away unseen.
    live.remove(step.iova, step.last)
    live.insert(RangeIndex<Tenant>.Entry(first: step.iova, last: step.last, value: tenant))
  }

  mutating func unmap(_ step: Step, _ last: UInt64) {
    let removed = live.remove(step.iova, last)
    if removed.isEmpty { return noteUnseen(step, last) }
    for entry in removed {
      var tenant = entry.value
      tenant.unmapped = Self.moment(step)
      keep(tenant, max(entry.first, step.iova), min(entry.last, last))
    }
  }

  private mutating func keep(_ tenant: Tenant, _ first: UInt64, _ last: UInt64) {
    gone.remove(first, last)
    if gone.count >= Self.mostGone {
      dropped += gone.count
      gone = RangeIndex()
    }
    gone.insert(RangeIndex<Tenant>.Entry(first: first, last: last, value: tenant))
  }

  /// Something was there that the trace did not see mapped, unless two events tell one unmap.
  private mutating func noteUnseen(_ step: Step, _ last: UInt64) {
    guard gone.firstOverlap(step.iova, last) == nil else { return }
    let tenant = Tenant(
      first: step.iova, last: last, mapped: nil, unmapped: Self.moment(step),
      direction: step.device == 0 ? nil : step.direction, device: step.device)
    keep(tenant, step.iova, last)
  }

  func tenant(at address: UInt64) -> Tenant? { live.firstOverlap(address, address)?.value }

  func former(at address: UInt64) -> Tenant? { gone.firstOverlap(address, address)?.value }
}

// SPDX-License-Identifier: GPL-2.0-only

/// What falls due.
enum TimerEvent: Equatable {
  case flush
  case depotWork(order: Int)
}

/// Virtual time in milliseconds, and the work that waits for it: the flush timer, and one delayed
/// work for each size class of the IOVA depot. Times past the end of time wrap around, and such a
/// due time has passed already.
struct VirtualTimer {
  /// IOVA_DEPOT_DELAY
  static let depotDelay: UInt64 = 100

  private struct Work {
    var order = 0
    var due: UInt64 = 0
  }

  private(set) var now: UInt64 = 0
  private var flushDue: UInt64?
  /// The depot work that is pending, in the order in which it was scheduled.
  private var works = InlineArray<6, Work>(repeating: Work())
  private var workCount = 0

  /// Arms the flush timer. Returns when it is due.
  mutating func armFlush(after delay: UInt64) -> UInt64 {
    let due = now &+ delay
    flushDue = due
    return due
  }

  mutating func cancelFlush() { flushDue = nil }

  /// Schedules a size class's depot work, unless it is pending.
  mutating func scheduleDepotWork(order: Int) {
    for index in 0..<workCount where works[index].order == order { return }
    works[workCount] = Work(order: order, due: now &+ VirtualTimer.depotDelay)
    workCount += 1
  }

  /// Takes out what is due first, at `end` at the latest, and moves time there. At equal times the
  /// flush timer comes first, then the depot work that was scheduled first.
  mutating func next(until end: UInt64) -> (event: TimerEvent, due: UInt64)? {
    let first = earliestWork()
    if let due = flushDue, due <= end, first.map({ due <= works[$0].due }) ?? true {
      flushDue = nil
      now = max(now, due)
      return (.flush, due)
    }
    guard let first, works[first].due <= end else { return nil }
    let work = works[first]
    for index in first + 1..<max(workCount, first + 1) { works[index - 1] = works[index] }
    workCount -= 1
    now = max(now, work.due)
    return (.depotWork(order: work.order), work.due)
  }

  /// Moves time to `end`, up to which nothing is due any more.
  mutating func finish(at end: UInt64) { now = end }

  private func earliestWork() -> Int? {
    if workCount == 0 { return nil }
    var first = 0
    for index in 1..<max(workCount, 1) where works[index].due < works[first].due { first = index }
    return first
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log

/// Who has an IOVA that the allocator handed out.
enum DMAHolder: Equatable {
  /// An operation that is under way.
  case operation
  /// It was lost, by a departure, and never comes back.
  case nobody
  case buffer(handle: UInt16)
  /// It was queued at `moment`, and should be back by `deadline` (virtual time).
  case queue(moment: UInt64, deadline: UInt64)
}

/// The IOVAs that are not the allocator's, sorted. No two overlap.
struct DMALedger {
  struct Entry {
    var first: UInt64
    /// Inclusive.
    var last: UInt64
    var holder: DMAHolder

    var length: UInt64 { last &- first &+ 1 }
  }

  private(set) var entries: [Entry] = []

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// An entry that overlaps the range, the lowest one.
  func overlapping(_ first: UInt64, _ last: UInt64) -> Entry? {
    let index = index(endingFrom: first)
    return index < entries.count && entries[index].first <= last ? entries[index] : nil
  }

  /// The index of the entry with exactly this range.
  func index(of first: UInt64, _ last: UInt64) -> Int? {
    let index = index(endingFrom: first)
    guard index < entries.count, entries[index].first == first, entries[index].last == last
    else { return nil }
    return index
  }

  mutating func insert(_ entry: Entry) {
    entries.insert(entry, at: index(endingFrom: entry.first))
  }

  mutating func setHolder(_ holder: DMAHolder, at index: Int) { entries[index].holder = holder }

  mutating func remove(at index: Int) { entries.remove(at: index) }

  private func index(endingFrom address: UInt64) -> Int {
    firstIndex(endingFrom: address, count: entries.count) { entries[$0].last }
  }
}

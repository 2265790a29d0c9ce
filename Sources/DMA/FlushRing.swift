// SPDX-License-Identifier: GPL-2.0-only
import PageTable

/// A range that was unmapped and waits for a flush.
struct FlushEntry {
  /// First frame, and how many.
  var frame: UInt64
  var count: UInt64
  /// The tables that the unmap took out of the page table.
  var tables: TableList
  /// How many flushes had been started when the entry was queued.
  var counter: UInt64
}

/// The entries of one flush queue, oldest first (`struct iova_fq`). One place always stays free. The
/// memory is allocated with the first entry.
struct FlushRing: ~Copyable {
  let mask: UInt32
  private(set) var head: UInt32 = 0
  private(set) var tail: UInt32 = 0
  private(set) var entries: UnsafeMutablePointer<FlushEntry>?

  /// `size` is a power of two.
  init(size: UInt32) { mask = size - 1 }

  deinit { entries?.deallocate() }

  var isFull: Bool { (tail + 1) & mask == head }

  /// The oldest entry.
  var first: FlushEntry? { head == tail ? nil : entries![Int(head)] }

  /// Only when there is one.
  mutating func removeFirst() {
    checkCanRemove()
    head = (head + 1) & mask
    checkInvariants()
  }

  /// Only when the ring is not full.
  mutating func append(_ entry: FlushEntry) {
    let entries = self.entries ?? allocateEntries()
    entries[Int(tail)] = entry
    tail = (tail + 1) & mask
    checkInvariants()
  }

  private mutating func allocateEntries() -> UnsafeMutablePointer<FlushEntry> {
    let made = UnsafeMutablePointer<FlushEntry>.allocate(capacity: Int(mask) + 1)
    entries = made
    return made
  }
}

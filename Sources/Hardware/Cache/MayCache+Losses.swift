// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Counts what commands of one wait remove though it is still right.
struct LossCount {
  var leaves: UInt64 = 0
  var pointers: UInt64 = 0
  /// What had to go: translations that are not what they were.
  private(set) var stale = RangeSet()
  /// The leaf that was counted last: another word of it, and another command, is not counted.
  private var lastLeaf: UInt64?
  /// The number of the wait.
  let number: Int32

  init(_ number: Int32) { self.number = number }

  mutating func note(stale entry: StaleEntry) { stale.insert(entry.first, entry.last) }

  mutating func add(leaf first: UInt64, _ last: UInt64) {
    if lastLeaf == first || stale.overlaps(first, last) { return }
    lastLeaf = first
    leaves += 1
  }
}

extension MayCache {
  /// What the commands of one wait remove of what the tables say, taken as if all of that were cached.
  /// Asked before they are applied.
  func losses(_ commands: some Sequence<Reach>) -> (leaves: UInt64, pointers: UInt64) {
    waits &+= 1
    var count = LossCount(waits)
    for entry in stale.elements where !entry.goesWithPointers && !entry.isOfRoot {
      count.note(stale: entry)
    }
    for reach in commands where !reach.isDeviceTLB && top >= 0 {
      if reach.leaves != .none || reach.isEverything { countLosses(top, reach, &count) }
    }
    return (count.leaves, count.pointers)
  }

  private func countLosses(_ slot: Int, _ reach: Reach, _ count: inout LossCount) {
    let level = Int(tables[slot].level)
    let start = slot * ArenaLayout.wordsPerSlot
    let span: UInt64 = 1 << UInt64(TableEntry.itemLog2(level)) - 1
    for index in 0..<wordsThatDecode(slot) where words[start + index] != 0 {
      let first = iova(slot, index)
      let isTouched =
        reach.isEverything || first <= reach.last && first &+ span >= reach.first
      guard isTouched else { continue }
      switch reader.entry(words[start + index], level: level) {
      case .empty: break
      case .leaf(_, let sizeLog2):
        let size: UInt64 = 1 << UInt64(min(sizeLog2, 63))
        let leaf = first & ~(size - 1)
        if reaches(reach, leaf, leaf &+ (size - 1)) { count.add(leaf: leaf, leaf &+ (size - 1)) }
      case .table(let pa):
        guard level > 0, let below = table(at: pa) else { continue }
        if reach.isEverything || reach.pointers == .all && isTouching(reach, first, first &+ span),
          tables[below].lostIn != count.number, !hasStalePointer(start + index)
        {
          tables[below].lostIn = count.number
          count.pointers += 1
        }
        countLosses(below, reach, &count)
      }
    }
  }

  private func reaches(_ reach: Reach, _ first: UInt64, _ last: UInt64) -> Bool {
    if reach.isEverything { return true }
    switch reach.leaves {
    case .none: return false
    case .touching: return first <= reach.last && last >= reach.first
    case .within: return first >= reach.first && last <= reach.last
    case .holdingAddress: return holdsAddress(first, last, reach)
    }
  }

  private func isTouching(_ reach: Reach, _ first: UInt64, _ last: UInt64) -> Bool {
    reach.leaves == .holdingAddress
      ? holdsAddress(first, last, reach) : first <= reach.last && last >= reach.first
  }

  /// What the word said before may be cached: that had to go.
  private func hasStalePointer(_ word: Int) -> Bool {
    stale.elements.contains { $0.kind == .pointer && !$0.isOfRoot && $0.firstWord == Int32(word) }
  }

  /// Linked tables, the top left out, that translate nothing.
  var emptyTables: UInt64 {
    var count: UInt64 = 0
    for slot in 0..<used where tables[slot].kind == .table && tables[slot].isLinked && slot != top {
      let start = slot * ArenaLayout.wordsPerSlot
      let level = Int(tables[slot].level)
      let isEmpty = (start..<start + Int(tables[slot].words)).allSatisfy {
        words[$0] == 0 || reader.entry(words[$0], level: level) == .empty
      }
      if isEmpty { count += 1 }
    }
    return count
  }

  /// Leaves that a walk from the top finds.
  var liveLeaves: UInt64 {
    var count = LossCount(waits)
    if top >= 0 { countLosses(top, Reach(0, .max), &count) }
    return count.leaves
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage

extension LiveTables {
  /// A driver sends commands, and waits for them: pointers are lost once a wait.
  func beginWait() { lossNumber &+= 1 }

  /// What a command removes though a walk finds it still, taken as if all of that were cached.
  func losses(_ reach: Reach) -> (leaves: UInt64, pointers: UInt64) {
    guard top >= 0, !reach.isDeviceTLB else { return (0, 0) }
    if reach.isEverything { return (leaves, linked - 1) }
    if reach.leaves == .none { return (0, 0) }
    var lost = (leaves: UInt64(0), pointers: UInt64(0))
    count(top, reach, &lost)
    return lost
  }

  private func count(
    _ slot: Int, _ reach: Reach, _ lost: inout (leaves: UInt64, pointers: UInt64)
  ) {
    let level = Int(tables[slot].level)
    let itemLog2 = UInt64(TableEntry.itemLog2(level))
    let span: UInt64 = 1 << itemLog2 - 1
    if level == 0 {
      if tables[slot].leafWords == 0 { return }
      let last = iova(slot, Int(tables[slot].words) - 1) &+ span
      if reach.leaves != .holdingAddress, reach.first <= iova(slot, 0), reach.last >= last {
        lost.leaves &+= UInt64(tables[slot].leaves)
        return
      }
    }
    let start = slot * ArenaLayout.wordsPerSlot
    for index in wordsInReach(slot, itemLog2, reach) where words[start + index] != 0 {
      let first = iova(slot, index)
      guard first <= reach.last, first &+ span >= reach.first else { continue }
      switch entry(words[start + index], level) {
      case .empty: break
      case .leaf(_, let sizeLog2): countLeaf(first, first &+ span, sizeLog2, reach, &lost)
      case .table(let pa):
        guard level > 0, let below = ArenaLayout.slot(of: pa), tables[below].isLinked else {
          continue
        }
        if reach.pointers == .all, isNamed(first, first &+ span, reach),
          tables[below].lostIn != lossNumber
        {
          tables[below].lostIn = lossNumber
          lost.pointers += 1
        }
        count(below, reach, &lost)
      }
    }
  }

  /// A leaf of several words counts at the first of them that the command's range touches.
  private func countLeaf(
    _ first: UInt64, _ last: UInt64, _ sizeLog2: Int, _ reach: Reach,
    _ lost: inout (leaves: UInt64, pointers: UInt64)
  ) {
    let size: UInt64 = 1 << UInt64(min(sizeLog2, 63))
    let leaf = first & ~(size - 1)
    let end = leaf &+ (size - 1)
    guard first == leaf || leaf < reach.first && first <= reach.first else { return }
    let isLost =
      reach.leaves == .within
      ? leaf >= reach.first && end <= reach.last : isNamed(leaf, end, reach)
    if isLost { lost.leaves += 1 }
  }

  /// Where in a table to look: all of it where an address may be sign-extended.
  private func wordsInReach(_ slot: Int, _ itemLog2: UInt64, _ reach: Reach) -> Range<Int> {
    let count = Int(tables[slot].words)
    let begin = tables[slot].iova
    if reach.first > reach.last { return 0..<0 }
    let end = begin &+ (UInt64(count) << itemLog2) &- 1
    guard reach.last >> 63 == 0, end >= begin, begin >> 47 == 0 else { return 0..<count }
    if reach.last < begin || reach.first > end { return 0..<0 }
    let first = reach.first <= begin ? 0 : Int((reach.first - begin) >> itemLog2)
    let last = reach.last >= end ? count - 1 : Int((reach.last - begin) >> itemLog2)
    return first..<last + 1
  }

  /// Whether the command names an address from `first` to `last`.
  private func isNamed(_ first: UInt64, _ last: UInt64, _ reach: Reach) -> Bool {
    if last < reach.first || first > reach.last { return false }
    guard reach.leaves == .holdingAddress, first > reach.first else { return true }
    guard reach.stride > 0 else { return false }
    let steps = (first - reach.first + reach.stride - 1) / reach.stride
    let (address, overflow) = reach.first.addingReportingOverflow(steps &* reach.stride)
    return !overflow && address <= min(last, reach.last)
  }
}

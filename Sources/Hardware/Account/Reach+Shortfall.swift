// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension Reach {
  /// Why a command that reaches so leaves an entry's first leaf, or its pointer, in words; nil where it
  /// removes that. Whether it is read again in memory is not looked at.
  func shortfall(_ entry: StaleEntry) -> String? {
    if isDeviceTLB, entry.isInIOMMU { return "removes from device TLBs alone" }
    if !isDeviceTLB, !entry.isInIOMMU { return "leaves device TLBs alone" }
    if entry.isOfRoot { return holdsRoot ? nil : "leaves where walks begin" }
    if isEverything { return nil }
    if holdsRoot { return "says where walks begin, and no more" }
    if leaves == .none && pointers == .none { return "promises nothing" }
    let isOverlapping = entry.first <= last && leafEnd(entry) >= first
    if entry.goesWithPointers {
      if pointers == .none { return "leaves pointers to tables alone" }
      return isOverlapping ? nil : otherRange
    }
    guard isOverlapping else { return otherRange }
    switch leaves {
    case .none: return "leaves translations alone"
    case .touching: return nil
    case .within:
      return first <= entry.first && last >= leafEnd(entry) ? nil : "does not cover it whole"
    case .holdingAddress:
      guard let address = address(from: entry.first), address <= min(last, leafEnd(entry)) else {
        return "names no address of it"
      }
      return nil
    }
  }

  private var otherRange: String {
    "names another range, 0x\(String(first, radix: 16)) to 0x\(String(last, radix: 16))"
  }

  /// The last byte of the entry's first leaf, or of its word of one.
  private func leafEnd(_ entry: StaleEntry) -> UInt64 {
    if entry.goesWithPointers { return entry.last }
    let leafLog2 = Int(entry.sizeLog2)
    let itemLog2 = TableEntry.itemLog2(Int(entry.level))
    let sizeLog2 = leaves == .holdingAddress ? min(leafLog2, itemLog2) : leafLog2
    return min(entry.first | (1 << UInt64(min(sizeLog2, 63)) - 1), entry.last)
  }
}

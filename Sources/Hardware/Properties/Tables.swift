// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareJudge {
  /// `free-while-linked` and `table-use-after-free`: a table goes back to the allocator.
  func takeFree(pa: UInt64) {
    guard let slot = cache.table(at: pa) else { return }
    if cache.tables[slot].isLinked {
      found(
        .freeWhileLinked, "level \(cache.tables[slot].level)", text(slot, "is still linked"),
        freed: slot)
    } else if let (entry, kind) = pointer(to: slot) {
      found(
        .tableUseAfterFree, kind, text(slot, describe(entry)),
        known: entry.isOutside ? .outsideAddress : nil, of: entry, freed: slot)
    }
    cache.noteFreed(slot)
  }

  /// A pointer by which the hardware may come to read the table, and by which way.
  private func pointer(to slot: Int) -> (StaleEntry, String)? {
    var above = slot
    for step in 0..<8 {
      if cache.tables[above].stalePointers > 0 {
        for entry in cache.stale.elements
        where entry.kind == .pointer && entry.target == Int32(above) {
          return (entry, step == 0 ? "a pointer to it" : "a pointer above it")
        }
      }
      guard cache.tables[above].parent >= 0 else { return nil }
      above = Int(cache.tables[above].parent)
      if cache.tables[above].kind != .table { return nil }
    }
    return nil
  }

  private func text(_ slot: Int, _ rest: String) -> String {
    "the table at \(hex(ArenaLayout.address(ofSlot: slot))) went back to the allocator: \(rest)"
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// A table went back to which a pointer may be cached.
  public static let tableUseAfterFree = HardwareProperty(
    "table-use-after-free",
    "A table goes back only when no pointer to it may be cached or held by a walk.")
}

extension HardwareJudge {
  /// Whether it breaks the promise that the table goes back now.
  func checkPointers(to slot: Int) {
    guard let (entry, kind) = pointer(to: slot) else { return }
    found(
      .tableUseAfterFree, kind, freed(slot, describe(entry)),
      known: entry.isOutside ? .outsideAddress : nil, of: entry, freed: slot)
  }

  /// No word of the operation leads to a table that had gone back.
  func checkLinkedFreed() {
    guard cache.linkedFreed >= 0 else { return }
    let pa = ArenaLayout.address(ofSlot: cache.linkedFreed)
    found(
      .tableUseAfterFree, "linked again",
      "a word leads to the table at \(hex(pa)), which went back to the allocator in operation"
        + " \(cache.tables[cache.linkedFreed].freed)")
  }

  /// A pointer by which the hardware may come to read the table, and by which way.
  func pointer(to slot: Int) -> (StaleEntry, String)? {
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
}

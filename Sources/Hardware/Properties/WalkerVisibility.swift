// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// A walker that does not snoop sees what was there before.
  public static let walkerVisibility = HardwareProperty(
    "walker-visibility",
    "Where walkers do not snoop, tables are written back before they are linked, what was mapped when"
      + " its map has returned, and cleared entries before they are invalidated; and a table leaves the"
      + " handling of such memory when no walker may read it.")
}

extension HardwareJudge {
  /// What was linked in the operation had been written back.
  func checkLinkedUnwritten() {
    guard cache.linkedUnwritten >= 0 else { return }
    let pa = ArenaLayout.address(ofSlot: cache.linkedUnwritten)
    found(
      .walkerVisibility, "linked before it was written back",
      "the table at \(hex(pa)) was linked before all of it was written back",
      freed: cache.linkedUnwritten)
  }

  /// What was mapped in the operation leads walkers there.
  func checkMappedUnwritten() {
    guard let word = cache.mappedUnwritten.first else { return }
    let (slot, index) = word.quotientAndRemainder(dividingBy: ArenaLayout.wordsPerSlot)
    guard let table = cache.head(slot) else { return }
    let pa = ArenaLayout.address(ofSlot: slot) + UInt64(8 * index)
    found(
      .walkerVisibility, "mapped and not written back",
      "the entry at \(hex(pa)) was not written back when the operation has returned",
      mapped: cache.iova(table, word - table * ArenaLayout.wordsPerSlot))
  }

  /// A table leaves incoherent handling. That its unlinked pointer may be cached still is told when
  /// the operation breaks nothing else: the kernel does so each time.
  func takeCoherent(pa: UInt64) {
    guard let slot = cache.table(at: pa) else { return }
    if cache.tables[slot].isLinked {
      found(
        .walkerVisibility, "linked and handled no more",
        "the table at \(hex(pa)) left incoherent handling: it is still linked", freed: slot)
    } else if state.coherentEarly < 0, pointer(to: slot) != nil {
      state.coherentEarly = slot
    }
  }

  /// No table of the operation left incoherent handling while a pointer to it might be cached.
  func checkCoherentEarly() {
    guard state.coherentEarly >= 0, !hasDanger else { return }
    let slot = state.coherentEarly
    let pa = ArenaLayout.address(ofSlot: slot)
    found(
      .walkerVisibility, "cached and handled no more",
      "the table at \(hex(pa)) left incoherent handling before its pointer was invalidated",
      known: .coherentBeforeSync, freed: slot)
  }

  /// Walkers that do not snoop have not seen, in time for the sync, that it is gone: its own word, or the
  /// pointer to its table, was not written back.
  func isUnseen(_ entry: StaleEntry) -> Bool {
    if entry.isUnwritten || entry.isSyncedUnwritten && entry.operation == state.number {
      return true
    }
    return entry.isHeld && cache.isLedToUnwritten(Int(entry.holder))
  }
}

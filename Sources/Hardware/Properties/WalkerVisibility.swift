// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// A walker that does not snoop sees what was there before.
  public static let walkerVisibility = HardwareProperty(
    "walker-visibility",
    "Where walkers do not snoop, tables are written back before they are linked, what was mapped when"
      + " its map has returned, and cleared entries before they are invalidated.")
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

  /// Walkers that do not snoop have not seen, in time for the sync, that it is gone: its own word, or the
  /// pointer to its table, was not written back.
  func isUnseen(_ entry: StaleEntry) -> Bool {
    if entry.isUnwritten || entry.isSyncedUnwritten && entry.operation == state.number {
      return true
    }
    return entry.isHeld && cache.isLedToUnwritten(Int(entry.holder))
  }
}

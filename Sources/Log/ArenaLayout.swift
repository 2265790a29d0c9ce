// SPDX-License-Identifier: GPL-2.0-only

/// Where every subject's tables lie: slot N is at physical address 0x800000000 + N × 0x1000. The
/// ABI's `IOPT_ARENA_BASE` and its kin, which are macros that Swift cannot read.
public enum ArenaLayout {
  /// The physical address of slot 0.
  public static let base: UInt64 = 0x8_0000_0000
  /// Bytes of a slot.
  public static let slotSize = 4096
  public static let slotCount = 65536
  public static let wordsPerSlot = 512
  /// The largest single table in bytes.
  public static let largestTable: UInt64 = 0x40_0000

  /// The physical address of a word, counted from the arena's start.
  @inlinable
  public static func address(ofWord word: Int) -> UInt64 { base + UInt64(word) * 8 }

  /// The physical address of a slot.
  @inlinable
  public static func address(ofSlot slot: Int) -> UInt64 { base + UInt64(slot * slotSize) }

  /// The slot that holds `pa`, nil outside the arena.
  @inlinable
  public static func slot(of pa: UInt64) -> Int? {
    let slot = (pa &- base) >> 12
    return slot < UInt64(slotCount) ? Int(slot) : nil
  }
}

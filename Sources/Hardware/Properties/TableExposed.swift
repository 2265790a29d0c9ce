// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// The device can write page tables.
  public static let tableExposed = HardwareProperty(
    "table-exposed", "No leaf lets the device reach the memory of tables.")
}

extension HardwareJudge {
  /// A leaf that was written in the operation reaches a table.
  func checkExposed() {
    guard let leaf = cache.exposing else { return }
    let isAsked =
      asked.highest >= ArenaLayout.base
      && asked.lowest < ArenaLayout.base + UInt64(ArenaLayout.slotCount * ArenaLayout.slotSize)
    found(
      .tableExposed, "by a leaf",
      "the leaf for \(hex(leaf.iova)), 2^\(leaf.sizeLog2) bytes at \(hex(leaf.pa)), reaches the table at"
        + " \(hex(ArenaLayout.address(ofSlot: leaf.slot)))",
      known: isAsked ? .tableAskedFor : nil)
  }
}

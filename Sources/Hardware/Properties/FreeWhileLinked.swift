// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// A table went back that a walk reaches.
  public static let freeWhileLinked = HardwareProperty(
    "free-while-linked",
    "A table goes back to the allocator only when no walk from the top reaches it.")
}

extension HardwareJudge {
  /// Whether it breaks the promise that the table goes back now.
  func checkLinked(_ slot: Int) {
    guard cache.tables[slot].isLinked else { return }
    found(
      .freeWhileLinked, "level \(cache.tables[slot].level)", freed(slot, "is still linked"),
      freed: slot)
  }

  /// What a report says of a table that goes back.
  func freed(_ slot: Int, _ rest: String) -> String {
    "the table at \(hex(ArenaLayout.address(ofSlot: slot))) went back to the allocator: \(rest)"
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// The ABI's own rules say it first, where an engine runs: `abi` is always in force.
  public static let doubleFree = HardwareProperty(
    "double-free", "A table goes back to the allocator once.")
}

extension HardwareJudge {
  /// Something goes back that is no table any more.
  func checkFreedTwice(pa: UInt64) {
    guard let slot = ArenaLayout.slot(of: pa), slot < cache.used,
      cache.tables[slot].kind == .freed
    else { return }
    found(.doubleFree, "a table", freed(slot, "it had gone back before"))
  }
}

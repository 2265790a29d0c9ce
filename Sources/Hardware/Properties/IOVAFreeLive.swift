// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// An IOVA went back that is mapped.
  public static let iovaFreeLive = HardwareProperty(
    "iova-free-live", "No entry translates an IOVA that is given back.")
}

extension HardwareJudge {
  /// A range comes back.
  func checkMappedWhenGivenBack(_ first: UInt64, _ last: UInt64) {
    guard let leaf = cache.firstLeaf(first, last) else { return }
    if isGivingUp { remember(.leftLinked) }
    found(
      .iovaFreeLive, "still mapped",
      "\(hex(first)) to \(hex(last)) went back, and \(hex(leaf)) is still mapped", mapped: leaf)
  }
}

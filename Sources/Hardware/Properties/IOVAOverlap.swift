// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// Two own an IOVA.
  public static let iovaOverlap = HardwareProperty("iova-overlap", "No IOVA has two owners.")
}

extension HardwareJudge {
  /// A range is handed out.
  func checkOwners(_ first: UInt64, _ last: UInt64) {
    guard owned.overlaps(first, last) else { return }
    found(.iovaOverlap, "two owners", "\(hex(first)) to \(hex(last)) has an owner already")
  }
}

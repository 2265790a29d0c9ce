// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A range that is none was asked for.
  public static let syncArguments = HardwareProperty(
    "sync-arguments", "A sync's range does not start above its end.")
}

extension HardwareJudge {
  /// `iotlb_sync` is called; whether its range is one.
  func isRange(_ gathered: Gathered) -> Bool {
    if gathered.first <= gathered.last { return true }
    found(
      .syncArguments, "start above last",
      "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last))")
    return false
  }
}

// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// Nothing was asked of the driver.
  public static let missingSync = HardwareProperty(
    "missing-sync",
    "Where something was removed, the driver is asked for something before the promise falls due.")
}

extension HardwareJudge {
  /// Nothing at all was asked for in the operation with whose return the promise falls due.
  var hasAskedNothing: Bool { cache.calls == 0 }
}

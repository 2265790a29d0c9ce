// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// Nothing was asked of the driver.
  public static let missingSync = HardwareProperty(
    "missing-sync",
    "Where something was removed, the driver is asked for something before the promise falls due.")
}

extension HardwareJudge {
  /// Nothing at all was asked for in the operation in which the promise falls due: the one that removed
  /// it, or the sync of its gather.
  func hasAskedNothing(since entry: StaleEntry) -> Bool {
    let isOwn = entry.operation == state.number || entry.gather >= 0 && entry.gather == state.gather
    return cache.calls == 0 && isOwn
  }
}

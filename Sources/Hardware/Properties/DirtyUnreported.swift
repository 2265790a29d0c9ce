// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A page's change is lost.
  public static let dirtyUnreported = HardwareProperty(
    "dirty-unreported", "A dirty bit is cleared only when it is reported.")
}

extension HardwareJudge {
  /// Each entry whose dirty bit was cleared lies in what was reported.
  func checkReported() {
    for entry in cache.stale.elements
    where entry.kind == .dirty && entry.operation == state.number
      && !reported.contains(entry.first, entry.last)
    {
      return found(
        .dirtyUnreported, "cleared",
        "the dirty bit of \(hex(entry.first)) to \(hex(entry.last)) was cleared and not reported",
        of: entry)
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// What the driver was asked for, or sent, did not reach a removed leaf.
  public static let staleTranslation = HardwareProperty(
    "stale-translation",
    "A removed leaf is cached no more when its unmap has returned, or its IOVA went back.")
}

extension HardwareJudge {
  /// A range comes back; whether a translation of it may be cached still.
  func checkCachedWhenGivenBack(_ first: UInt64, _ last: UInt64) {
    guard let entry = staleLeaf(first, last) else { return }
    found(
      property(ofRemoved: entry), "IOVA went back",
      "\(hex(first)) to \(hex(last)) went back: \(describe(entry))", of: entry)
  }

  /// A removed translation that may be cached.
  func staleLeaf(_ first: UInt64, _ last: UInt64) -> StaleEntry? {
    for entry in cache.stale.elements
    where entry.kind == .leaf && entry.first <= last && entry.last >= first && !entry.isOutside {
      return entry
    }
    return nil
  }
}

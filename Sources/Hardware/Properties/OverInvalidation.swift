// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A hypervisor reads again what nobody changed.
  public static let overInvalidation = HardwareProperty(
    "over-invalidation", "Under NO_GAPS nothing is invalidated that the gather did not change.")
}

extension HardwareJudge {
  /// The range is no wider than what was changed for it. A sync of nothing at all is idle.
  func checkWidth(_ gathered: Gathered) {
    defer { cache.ownChanges.remove(gathered.first, gathered.last) }
    let changed = cache.ownChanges.ranges
    guard cache.ownChanges.overlaps(gathered.first, gathered.last),
      !cache.ownChanges.contains(gathered.first, gathered.last)
    else { return }
    let isOutside =
      !cache.canonical.contains(gathered.first) || !cache.canonical.contains(gathered.last)
    found(
      .overInvalidation, "more than was changed",
      "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last)), where the gather changed"
        + " \(changed.map { "\(hex($0.first)) to \(hex($0.last))" }.joined(separator: ", "))",
      isEverything: gathered.isEverything, known: isOutside ? .outsideAddress : nil)
  }
}

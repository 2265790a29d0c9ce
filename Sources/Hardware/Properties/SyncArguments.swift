// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A range that is none was asked for.
  public static let syncArguments = HardwareProperty(
    "sync-arguments",
    "A sync's range does not start above its end, and something was removed from it.")
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

  /// A range in which the operation, or those of its gather, changed nothing so far: noted, for it may
  /// only have come too early.
  func noteIdleSync(_ gathered: Gathered) {
    if state.idleSync == nil, !cache.ownSpan.touches(gathered.first, gathered.last) {
      state.idleSync = gathered
    }
  }

  /// The operation has returned, and nothing was changed there: it is no range to invalidate.
  func checkIdleSync() {
    guard let idle = state.idleSync, !cache.ownSpan.touches(idle.first, idle.last) else { return }
    // Such an address is taken for another one, where something was.
    let isOutside = !cache.canonical.contains(idle.first) || !cache.canonical.contains(idle.last)
    found(
      .syncArguments, "nothing removed",
      "iotlb_sync of \(hex(idle.first)) to \(hex(idle.last)), from which nothing was removed",
      isEverything: idle.isEverything,
      known: isOutside && !idle.isEverything ? .outsideAddress : nil)
  }
}

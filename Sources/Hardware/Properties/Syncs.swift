// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension HardwareJudge {
  /// `sync-arguments`, `sync-while-queued` and `over-invalidation`: `iotlb_sync` is called.
  func checkSync(_ gathered: Gathered) {
    if gathered.first > gathered.last {
      found(
        .syncArguments, "start above last",
        "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last))")
      return
    }
    if state.wasQueued, state.kind == IOPT_OP_UNMAP_FAST.rawValue {
      found(
        .syncWhileQueued, "a queued gather",
        "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last)) for a gather that a flush"
          + " queue takes")
    }
    if state.features.contains(.flushRangeNoGaps) { checkWidth(gathered) }
  }

  /// The range is no wider than what was changed for it. A sync of nothing at all is idle.
  private func checkWidth(_ gathered: Gathered) {
    defer { cache.ownChanges.remove(gathered.first, gathered.last) }
    let changed = cache.ownChanges.ranges
    guard cache.ownChanges.overlaps(gathered.first, gathered.last),
      !cache.ownChanges.contains(gathered.first, gathered.last)
    else { return }
    let isOutside = !isCanonical(gathered.first) || !isCanonical(gathered.last)
    found(
      .overInvalidation, "more than was changed",
      "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last)), where the gather changed"
        + " \(changed.map { "\(hex($0.first)) to \(hex($0.last))" }.joined(separator: ", "))",
      isEverything: gathered.isEverything, known: isOutside ? .outsideAddress : nil)
  }
}

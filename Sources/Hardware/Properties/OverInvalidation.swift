// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension HardwareProperty {
  /// A hypervisor reads again what nobody changed.
  public static let overInvalidation = HardwareProperty(
    "over-invalidation", "Under NO_GAPS nothing is invalidated that the gather did not change.")
}

extension HardwareJudge {
  /// The range is no wider than what was changed for it. A sync of nothing at all is idle.
  func checkWidth(_ gathered: Gathered) {
    defer { cache.settleChanges(gathered.first, gathered.last) }
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

  /// `flush_iotlb_all` is called: by what changes single ranges it never is.
  func checkFlush() {
    switch iopt_op_kind(state.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC,
      IOPT_OP_READ_AND_CLEAR_DIRTY:
      found(.overInvalidation, "everything", "flush_iotlb_all, where single ranges were changed")
    default: break
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log
import SubjectABI

extension HardwareJudge {
  /// `iova-overlap` and `iova-reuse`: a range is handed out.
  func checkHandedOut(_ iova: UInt64, _ length: UInt64) {
    guard length > 0 else { return }
    let last = iova &+ (length - 1)
    if owned.overlaps(iova, last) {
      found(.iovaOverlap, "two owners", "\(hex(iova)) to \(hex(last)) has an owner already")
    } else if let entry = staleLeaf(iova, last) {
      found(
        .iovaReuse, "handed out", "\(hex(iova)) to \(hex(last)) was handed out: \(describe(entry))",
        of: entry)
    }
    owned.remove(iova, last)
    owned.insert(IntervalMap.Mapping(first: iova, last: last, pa: 0))
  }

  /// `queue-order`, `iova-free-live` and `stale-translation`: a range comes back.
  func checkGivenBack(_ iova: UInt64, _ length: UInt64) {
    guard length > 0 else { return }
    let last = iova &+ (length - 1)
    if let index = queued.firstIndex(where: { $0.iova == iova && $0.length == length }) {
      if queued[index].flushes == state.flushes {
        found(
          .queueOrder, "no flush",
          "\(hex(iova)) to \(hex(last)) went back, and nothing was flushed since it was queued")
      }
      queued.remove(at: index)
    }
    if let entry = staleLeaf(iova, last) {
      found(
        entry.isUnwritten ? .walkerVisibility : .staleTranslation, "IOVA went back",
        "\(hex(iova)) to \(hex(last)) went back: \(describe(entry))", of: entry)
    } else if let leaf = cache.firstLeaf(iova, last) {
      if isGivingUp { remember(.leftLinked) }
      found(
        .iovaFreeLive, "still mapped",
        "\(hex(iova)) to \(hex(last)) went back, and \(hex(leaf)) is still mapped",
        mapped: leaf)
    }
    owned.remove(iova, last)
  }

  /// The caller says itself what is linked of a range.
  var isGivingUp: Bool {
    state.kind == IOPT_OP_DMA_IOVA_DESTROY.rawValue || state.kind == IOPT_OP_DMA_IOVA_FREE.rawValue
  }

  private func staleLeaf(_ first: UInt64, _ last: UInt64) -> StaleEntry? {
    for entry in cache.stale.elements
    where entry.kind == .leaf && entry.first <= last && entry.last >= first && !entry.isOutside {
      return entry
    }
    return nil
  }
}

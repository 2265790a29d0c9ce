// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension HardwareJudge {
  /// The operation has returned: what it promised is due.
  func finish() {
    if cache.linkedUnwritten >= 0 {
      let pa = ArenaLayout.address(ofSlot: cache.linkedUnwritten)
      found(
        .walkerVisibility, "linked before it was written back",
        "the table at \(hex(pa)) was linked before all of it was written back",
        freed: cache.linkedUnwritten)
    }
    let forbidden = cache.sizesWritten & ~state.pageSizes
    if forbidden != 0 {
      found(
        .pageSizeBitmap, "forbidden size",
        "a leaf of 2^\(forbidden.trailingZeroBitCount) bytes was written, which the domain's page"
          + " sizes forbid")
    }
    if state.kind == IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue { checkReported() }
    for index in 0..<cache.stale.count where isDue(cache.stale.elements[index]) {
      judgeDue(cache.stale.elements[index])
      break
    }
  }

  /// Whether the promise about an entry fell due with this operation's return.
  private func isDue(_ entry: StaleEntry) -> Bool {
    if entry.kind == .pointer || entry.isQueued { return false }
    switch iopt_op_kind(state.kind) {
    // The caller syncs what it has mapped so when it has mapped all.
    case IOPT_OP_MAP_RANGE where entry.kind == .absence: return false
    case IOPT_OP_DMA_IOVA_LINK where entry.kind == .absence: return false
    case IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY, IOPT_OP_GATHER: return false
    case IOPT_OP_IOTLB_SYNC: return entry.gather == state.gather
    default: return entry.operation == state.number && entry.gather < 0
    }
  }

  private func judgeDue(_ entry: StaleEntry) {
    let (property, kind) = name(entry)
    let isQueued = state.kind == IOPT_OP_IOTLB_SYNC.rawValue && state.wasQueued
    found(
      property, kind, "\(describe(entry)) when the operation has returned",
      isUnwritten: entry.isUnwritten,
      known: isQueued ? .queuedGatherSynced : entry.isOutside ? .outsideAddress : nil, of: entry)
  }

  private func name(_ entry: StaleEntry) -> (HardwareProperty, String) {
    switch entry.kind {
    case .dirty:
      return (.staleDirty, entry.isInIOMMU ? "at return" : "in a device TLB at return")
    case .absence: return (.notPresentCached, "at return")
    case .leaf, .pointer: break
    }
    if entry.isUnwritten { return (.walkerVisibility, "cleared and not written back") }
    if !entry.isInIOMMU { return (.staleTranslation, "in a device TLB at return") }
    if cache.calls == 0 { return (.missingSync, "at return") }
    if entry.operation == state.number, entry.callsBefore == cache.calls {
      return (.syncBeforeStore, "at return")
    }
    return (.staleTranslation, "at return")
  }

  /// `dirty-unreported`: each entry whose dirty bit was cleared lies in what was reported.
  private func checkReported() {
    for entry in cache.stale.elements
    where entry.kind == .dirty && entry.operation == state.number
      && !reported.contains(entry.first, entry.last)
    {
      found(
        .dirtyUnreported, "cleared",
        "the dirty bit of \(hex(entry.first)) to \(hex(entry.last)) was cleared and not reported",
        of: entry)
      return
    }
  }

  /// What was judged is not judged again, what nobody promised neither.
  func settle() {
    if state.kind == IOPT_OP_UNMAP_FAST.rawValue, state.result == 0 {
      state.stretchedGathers.insert(state.gather)
    }
    if state.kind == IOPT_OP_IOTLB_SYNC.rawValue { release(state.gather) }
  }
}

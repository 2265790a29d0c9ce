// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension HardwareJudge {
  /// The operation has returned: what it promised is due. In the order in which properties are believed.
  func finish() {
    if isDirtyRead { markItems() }
    checkLinkedFreed()
    checkLinkedUnwritten()
    checkMappedUnwritten()
    judgeAllDue()
    if isDirtyRead { checkReported() }
    checkReached()
    checkExposed()
    checkAttributes()
    checkSizes()
    checkIdleSync()
    checkWarned()
    checkCoherentEarly()
    openWindows()
  }

  /// One that is known may come before one that is not.
  private func judgeAllDue() {
    var rest = Self.mostDue
    for index in 0..<cache.stale.count where isDue(cache.stale.elements[index]) {
      judgeDue(cache.stale.elements[index])
      rest -= 1
      if rest == 0 { break }
    }
  }

  /// Entries that are judged of one operation: what is cached of more went the same way.
  private static let mostDue = 256

  private var isDirtyRead: Bool { state.kind == IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue }

  /// Whether the promise about an entry fell due with this operation's return.
  private func isDue(_ entry: StaleEntry) -> Bool {
    guard !entry.isQueued, entry.kind != .pointer, isPromised(entry) else { return false }
    // Below a pointer that was not there, there may be nothing; what was taken back is absent in truth.
    guard entry.goesWithPointers || entry.kind == .absence else { return true }
    return cache.firstLeaf(entry.first, entry.last) != nil
  }

  private func isPromised(_ entry: StaleEntry) -> Bool {
    // Nobody but the page table knows that its top has grown.
    if entry.isOfRoot { return entry.operation == state.number }
    switch iopt_op_kind(state.kind) {
    // The caller syncs what it has mapped so when it has mapped all.
    case IOPT_OP_MAP_RANGE where entry.kind == .absence: return false
    case IOPT_OP_DMA_IOVA_LINK where entry.kind == .absence: return false
    case IOPT_OP_DMA_IOVA_SYNC: return entry.kind == .absence && isPromisedToBePresent(entry)
    case IOPT_OP_UNMAP_FAST, IOPT_OP_GATHER: return false
    // A flush is what a queue does in the end with what was put on it.
    case IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH: return entry.gather == state.gather
    default: return entry.operation == state.number && entry.gather < 0
    }
  }

  private func judgeDue(_ entry: StaleEntry) {
    let (property, kind) = brokenPromise(entry)
    found(
      property, kind, "\(describe(entry)) when the operation has returned",
      known: entry.isOutside && property != .missingSync ? .outsideAddress : knownDirty(entry),
      of: entry)
  }

  private func brokenPromise(_ entry: StaleEntry) -> (HardwareProperty, String) {
    switch entry.kind {
    case .dirty:
      return (.staleDirty, entry.isInIOMMU ? "at return" : "in a device TLB at return")
    case .absence: return (.notPresentCached, "at return")
    case .leaf, .pointer: break
    }
    switch property(ofRemoved: entry) {
    case .walkerVisibility: return (.walkerVisibility, "cleared and not written back")
    case let property:
      return (property, entry.isInIOMMU ? "at return" : "in a device TLB at return")
    }
  }

  /// Which promise is broken where the translation that was removed may be cached.
  func property(ofRemoved entry: StaleEntry) -> HardwareProperty {
    if isTold(.walkerVisibility), isUnseen(entry) { return .walkerVisibility }
    if !entry.isInIOMMU { return .staleTranslation }
    if isTold(.missingSync), hasAskedNothing(since: entry) { return .missingSync }
    let isEarly = isTold(.syncBeforeStore) && isChangedBehindSyncs(entry)
    return isEarly ? .syncBeforeStore : .staleTranslation
  }

  /// What was judged is not judged again, what nobody promised neither.
  func settle() {
    if state.isSkipped { return }
    if state.isBesideTheLayer, !state.hasStored { state.past = nil }
    switch iopt_op_kind(state.kind) {
    case IOPT_OP_UNMAP_FAST where state.result == 0:
      state.stretchedGathers.insert(state.gather)
      if state.iova == 0 { state.zeroGathers.insert(state.gather) }
    case IOPT_OP_IOTLB_SYNC:
      release(state.gather)
      state.queuedGathers.remove(state.gather)
    case IOPT_OP_FLUSH: release(state.gather)
    case IOPT_OP_RELAX where state.result == 0: state.hasQueue = true
    case IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS,
      IOPT_OP_DMA_MAP_SG_ATTRS:
      guard state.result != .max else { return }
      addresses.extend(by: 1).initialize(to: HandedOut(handle: state.handle, iova: state.result))
    default: break
    }
  }
}

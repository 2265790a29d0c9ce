// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

/// Dangers that say nothing new: their scenarios ask for what no user of the kernel does, or they are
/// findings that are written down (Documentation/findings). They are told apart before reporting, else
/// they drown what is new.
public enum KnownClass: String, CaseIterable, Sendable {
  // What scenarios ask for.

  /// The operation's address is not canonical.
  case outsideAddress
  /// The top table has more levels than addresses have bits for, and they are sign-extended: above the
  /// middle of the space the code takes other words of it than a walker does.
  case topAboveWidth
  /// A gather that a flush queue is to take was given to `iotlb_sync`.
  case queuedGatherSynced
  /// The domain was changed behind its DMA layer's back.
  case besideTheLayer
  /// A range was reserved over one that has an owner: giving that back drops the reservation.
  case reservedOverOwned
  /// The caller gave up a range of which it had left pieces linked.
  case leftLinked
  /// A map failed, and what it did was taken back.
  case failedMap
  /// The scenario runs an older body of `gather_range_pages()`, with its faults.
  case olderGather
  /// Memory at the encryption bit was mapped: what is read back of such a leaf is another address, or
  /// another size.
  case encryptedAddress
  /// The scenario asks for memory to be mapped that holds tables.
  case tableAskedFor
  /// A map's length is no multiple of the smallest page: the production build links a table among
  /// leaves.
  case raggedMap
  /// The code warns of its caller, who asks for what there is not: a part that is not linked, a buffer
  /// without a translation, a range longer than any.
  case callerWarned
  /// It warns of a domain without page sizes.
  case noPageSize
  /// `policy=sync-tables` invalidates for a table that it removes also where a flush queue takes the
  /// gather; and it gathers leaves once it has cleared a run of them, so that a sync on the way may have
  /// removed what is gathered after it.
  case tableSyncedAtOnce

  // What is found in the kernel.

  /// A list with an empty piece behind the first was mapped: 7.1 and 7.2 compute past it.
  case emptyPiece
  /// Giving up a two-step range gives back as much IOVA as was asked to be unlinked (7.1, 7.2).
  case partlyLinkedRange
  /// The dirty bit of an entry's last item, or from inside a leaf, is cleared and not reported (7.1,
  /// 7.2).
  case dirtyItemUnreported
  /// A page of 4 KiB is mapped where the page sizes forbid it (7.1).
  case smallPageForbidden
  /// A dirty bit's clearing is not written back for walkers that do not snoop.
  case dirtyClearNotWrittenBack
  /// Reading dirty bits gathers across what was clean, whatever NO_GAPS says.
  case dirtyReadAcrossGaps
  /// Reading dirty bits gathers a range without its level, and RISC-V's commands go by that of what else
  /// the gather took in (from 7.2 on).
  case dirtyWithoutLevels
  /// An unmap of nothing stretched the gather: more is invalidated than was changed, and from 7.2 on
  /// RISC-V's commands, one a step of the lowest level, may stop short of the last leaf.
  case stretchedGather
  /// A table leaves incoherent handling when it is unlinked, before its pointer is invalidated.
  case coherentBeforeSync
  /// AMD's split of a range under NpCache sends nothing for all of the address space (7.1).
  case wholeSpaceUnderNpCache
  /// An unmap of nothing at IOVA 0 asks for everything to be invalidated.
  case unmapOfNothing
}

extension HardwareJudge {
  /// The class of a danger in the operation at hand, nil where it is new.
  func known(_ danger: Danger) -> KnownClass? {
    if let past = excuse(for: danger.property) { return past }
    if state.hasRaggedMap,
      [.leak, .noCrash, .tableExposed].contains(danger.property)
        || state.maps && Self.ofRemovals.contains(danger.property)
    {
      return .raggedMap
    }
    if isExcusedOutside(danger.property) { return .outsideAddress }
    if state.outsideGathers.contains(state.gather), Self.ofSyncs.contains(danger.property) {
      return .outsideAddress
    }
    if state.kind == IOPT_OP_IOTLB_SYNC.rawValue, state.wasQueued,
      Self.ofSyncs.contains(danger.property)
    {
      return .queuedGatherSynced
    }
    if state.maps, ResultRecord.errno(state.result) != nil,
      !Self.ofTables.contains(danger.property), !Self.ofRemovals.contains(danger.property),
      !staysWhenItFails || !Self.ofWhatStays.contains(danger.property)
    {
      return .failedMap
    }
    if state.syncsTables, danger.property == .syncWhileQueued { return .tableSyncedAtOnce }
    if danger.property == .overInvalidation, state.midwayGathers.contains(state.gather) {
      return .tableSyncedAtOnce
    }
    if state.isOlderGather, Self.ofGathers.contains(danger.property) { return .olderGather }
    if state.hasUnsentSync,
      [.missingSync, .staleTranslation, .staleDirty, .tableUseAfterFree].contains(danger.property)
    {
      // A length of 2^64 bytes is none to an instruction of s390's.
      if driver is S390Driver { return .unmapOfNothing }
      if state.release < .linux7_2 { return .wholeSpaceUnderNpCache }
    }
    let isStretched = state.stretchedGathers.contains(state.gather)
    switch danger.property {
    case .notPresentCached where state.hasTopAboveWidth: return .topAboveWidth
    case .staleTranslation, .tableUseAfterFree:
      return isStretched && driver.goesByLevels && isSyncedWider ? .stretchedGather : nil
    case .overInvalidation where danger.isEverything && hasUnmappedNothingAtZero,
      .syncArguments where danger.isEverything && hasUnmappedNothingAtZero:
      return .unmapOfNothing
    case .overInvalidation where isStretched, .syncArguments where isStretched:
      return .stretchedGather
    case .overInvalidation where state.dirtyGathers.contains(state.gather):
      return .dirtyReadAcrossGaps
    default: return nil
    }
  }

  /// What happened before in the scenario, where a danger may come of it. Who mixes up the owners of IOVAs
  /// changes nothing about what an unmap clears, syncs and frees.
  func excuse(for property: HardwareProperty) -> KnownClass? {
    excuseByOwners(for: property) ?? (state.hasEncryptedAddress ? .encryptedAddress : nil)
  }

  private func excuseByOwners(for property: HardwareProperty) -> KnownClass? {
    guard let past = state.past else { return nil }
    // Of a queued domain only what lies in the IOVA that was queued waits for its flush.
    if property == .missingSync {
      return Self.ofOwners.contains(past) && !state.hasQueue ? nil : past
    }
    // What is computed past its end is mapped anywhere, where no translation can be.
    if past == .emptyPiece { return past }
    if property == .staleTranslation {
      return Self.ofOwners.contains(past) && !state.hasQueue ? nil : past
    }
    return Self.ofOwners.contains(past) && Self.ofPageTables.contains(property) ? nil : past
  }

  /// The operation is at an address that is not canonical. What is removed asks for a sync, wherever it is.
  func isExcusedOutside(_ property: HardwareProperty) -> Bool {
    cache.isOutside && property != .missingSync
  }

  /// `map_range` takes back nothing of what it has mapped by then, which is to be right; of a ragged
  /// length even a table may be.
  private var staysWhenItFails: Bool {
    state.kind == IOPT_OP_MAP_RANGE.rawValue && !state.hasRaggedMap
  }

  /// A sync of the operation had more than was changed for it: an unmap of nothing has stretched it.
  private var isSyncedWider: Bool {
    guard let sync = state.lastSync else { return false }
    return cache.ownSpan.isExceeded(by: sync.first, sync.last)
  }

  /// An unmap at IOVA 0 has found nothing: the operation at hand, or one of its gather. The DMA layer
  /// asks for such where it takes 0 for an IOVA.
  private var hasUnmappedNothingAtZero: Bool {
    state.hasLayer || state.zeroGathers.contains(state.gather)
      || state.kind == IOPT_OP_UNMAP.rawValue && state.iova == 0 && state.result == 0
  }

  /// Owners of IOVAs are mixed up by these.
  private static let ofOwners: Set<KnownClass> = [
    .besideTheLayer, .emptyPiece, .leftLinked, .partlyLinkedRange, .reservedOverOwned,
  ]

  /// What a page table promises, whoever owns its IOVAs; that it syncs at all is asked apart.
  private static let ofPageTables: Set<HardwareProperty> = [
    .doubleFree, .freeWhileLinked, .tableUseAfterFree, .walkerVisibility, .syncBeforeStore,
    .staleDirty, .dirtyUnreported, .pageSizeBitmap, .syncWhileQueued,
  ]

  /// What a map that fails takes back is gone like what an unmap removes.
  private static let ofRemovals: Set<HardwareProperty> = [
    .missingSync, .syncBeforeStore, .staleTranslation, .staleDirty,
  ]

  /// What is true of leaves that `map_range` leaves behind when it fails: nothing takes them back.
  private static let ofWhatStays: Set<HardwareProperty> = [
    .walkerVisibility, .attributes, .pageSizeBitmap,
  ]

  /// What becomes of tables, however a map ends.
  private static let ofTables: Set<HardwareProperty> = [
    .doubleFree, .freeWhileLinked, .tableUseAfterFree, .tableExposed, .leak,
  ]

  /// What a sync promises: that what its gather took in is cached no more.
  private static let ofSyncs: Set<HardwareProperty> = [
    .tableUseAfterFree, .walkerVisibility, .missingSync, .syncBeforeStore, .staleTranslation,
    .staleDirty, .notPresentCached,
  ]

  /// What a gather does wrong, or makes the driver do.
  private static let ofGathers: Set<HardwareProperty> = [
    .missingSync, .staleTranslation, .syncBeforeStore, .syncWhileQueued, .overInvalidation,
    .tableUseAfterFree, .staleDirty, .syncArguments, .iovaReuse, .leak,
  ]
}

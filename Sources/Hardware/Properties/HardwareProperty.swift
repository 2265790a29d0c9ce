// SPDX-License-Identifier: GPL-2.0-only

/// What must never happen, and who is believed where two say the same: the one that comes first here.
public enum HardwareProperty: String, CaseIterable, Codable, Sendable {
  /// A table goes back to the allocator only when no walk from the top reaches it.
  case freeWhileLinked = "free-while-linked"
  /// A table goes back only when no pointer to it may be cached or held by a walk.
  case tableUseAfterFree = "table-use-after-free"
  /// A table is linked only when its content was written back, and a cleared entry is written back
  /// before it is invalidated, where walkers do not snoop.
  case walkerVisibility = "walker-visibility"
  /// Where something was removed, the driver is asked for something before the promise falls due.
  case missingSync = "missing-sync"
  /// What is invalidated was cleared before.
  case syncBeforeStore = "sync-before-store"
  /// A removed leaf is cached no more when its unmap has returned, or its IOVA went back.
  case staleTranslation = "stale-translation"
  /// What is handed out may be cached no more from its last owner's time.
  case iovaReuse = "iova-reuse"
  /// No IOVA has two owners.
  case iovaOverlap = "iova-overlap"
  /// No entry translates an IOVA that is given back.
  case iovaFreeLive = "iova-free-live"
  /// What was queued goes back only after a flush that began after it was queued.
  case queueOrder = "queue-order"
  /// An entry whose dirty bit was cleared is cached as dirty no more when the read has been synced.
  case staleDirty = "stale-dirty"
  /// A dirty bit is cleared only when it is reported.
  case dirtyUnreported = "dirty-unreported"
  /// A new mapping is not cached as absent when its map has returned.
  case notPresentCached = "not-present-cached"
  /// A sync's range does not start above its end.
  case syncArguments = "sync-arguments"
  /// Nothing is synced for a gather that a flush queue takes.
  case syncWhileQueued = "sync-while-queued"
  /// Under NO_GAPS nothing is invalidated that the gather did not change.
  case overInvalidation = "over-invalidation"
  /// No leaf has a size that the domain's page sizes forbid.
  case pageSizeBitmap = "page-size-bitmap"

  /// One sentence: what it promises.
  public var promise: String {
    switch self {
    case .freeWhileLinked:
      "A table goes back to the allocator only when no walk from the top reaches it."
    case .tableUseAfterFree:
      "A table goes back only when no pointer to it may be cached or held by a walk."
    case .walkerVisibility:
      "Where walkers do not snoop, tables are written back before they are linked, and cleared"
        + " entries before they are invalidated."
    case .missingSync:
      "Where something was removed, the driver is asked for something before the promise falls due."
    case .syncBeforeStore: "What is invalidated was cleared before."
    case .staleTranslation:
      "A removed leaf is cached no more when its unmap has returned, or its IOVA went back."
    case .iovaReuse: "What is handed out may be cached no more from its last owner's time."
    case .iovaOverlap: "No IOVA has two owners."
    case .iovaFreeLive: "No entry translates an IOVA that is given back."
    case .queueOrder:
      "What was queued goes back only after a flush that began after it was queued."
    case .staleDirty:
      "An entry whose dirty bit was cleared is cached as dirty no more when that has been synced."
    case .dirtyUnreported: "A dirty bit is cleared only when it is reported."
    case .notPresentCached: "A new mapping is not cached as absent when its map has returned."
    case .syncArguments: "A sync's range does not start above its end."
    case .syncWhileQueued: "Nothing is synced for a gather that a flush queue takes."
    case .overInvalidation:
      "Under NO_GAPS nothing is invalidated that the gather did not change."
    case .pageSizeBitmap: "No leaf has a size that the domain's page sizes forbid."
    }
  }
}

/// A property that was broken.
public struct Danger: Sendable {
  /// Which one.
  public var property: HardwareProperty
  /// What tells causes apart, without addresses.
  public var kind: String
  /// What was cached, since when, and what did not remove it.
  public var text: String
  /// The class that it belongs to where that is known and allowed: reports count it.
  public var known: KnownClass?
  /// All of that at length, where it was asked for and something may be cached.
  public var account: CacheAccount?
  /// The word was not written back.
  let isUnwritten: Bool
  /// All of the address space is what was asked for.
  let isEverything: Bool

  init(
    _ property: HardwareProperty, _ kind: String, _ text: String, isUnwritten: Bool,
    isEverything: Bool, known: KnownClass?
  ) {
    self.property = property
    self.kind = kind
    self.text = text
    self.isUnwritten = isUnwritten
    self.isEverything = isEverything
    self.known = known
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Something that an IOMMU or a device may have cached and that table memory no longer says; a run of
/// leaves of one size is one.
struct StaleEntry: BitwiseCopyable {
  enum Kind: UInt8 {
    /// Translations that were removed or changed.
    case leaf
    /// A pointer to a table that was unlinked.
    case pointer
    /// A translation that is cached as dirty while its entry says clean.
    case dirty
    /// That an address is not mapped, which it is by now.
    case absence
  }

  var kind: Kind
  /// Bytes that one leaf, or what the pointer points to, translates; log2.
  var sizeLog2: UInt8
  /// The level of the word; 0 is the last.
  var level: UInt8
  /// The word is as it was, in a table that was unlinked: who may hold that can cache it anew.
  var isHeld: Bool
  /// The word's change was not written back yet: a walker that does not snoop sees it as it was.
  var isUnwritten: Bool
  /// It was written back in the operation that changed it, behind a sync.
  var isSyncedUnwritten = false
  /// A command for it came while it was not written back: that did not help.
  var wasReachedUnwritten = false
  /// It was cleared of its dirty bit as a part of an entry of several items, or by a read that began
  /// inside it.
  var isOfItems = false
  /// A part of it was reported dirty by the read that cleared it.
  var wasReported = false
  /// A command named a part of it, which was not enough.
  var wasNamedInPart = false
  /// It is a pointer, or that there is none: what removes leaves alone leaves it.
  var goesWithPointers = false
  /// The IOMMU may have it, and a device with a TLB of its own may. At least one may.
  var isInIOMMU = true
  var isInDevice: Bool
  /// It comes of a top that has grown since, which a device's own entry names: no command for pages
  /// removes it.
  var isOfRoot = false
  /// No translation of its domain can have this address.
  var isOutside: Bool
  /// A flush queue has taken it: nothing is promised until its IOVA or its table goes back.
  var isQueued: Bool
  /// IOVAs, both inclusive.
  var first: UInt64
  var last: UInt64
  /// Where the first of them led to.
  var pa: UInt64
  /// Its words in the arena, counted from the start.
  var firstWord: Int32
  var lastWord: Int32
  /// The slots of the table with the word, and of the one that a pointer points to.
  var holder: Int32
  var target: Int32
  /// The operation that made it stale, and the gather whose sync is to remove it, or -1.
  var operation: Int32
  var gather: Int32
  /// Driver calls in that operation before it.
  var callsBefore: Int32
  /// The operation that wrote its first word, or -1 where that is not kept.
  var since: Int32 = -1

  /// Its word was not changed: the table that holds it was unlinked.
  mutating func hold() {
    isHeld = true
    isUnwritten = false
  }
}

/// A table, by its first slot.
struct CachedTable: BitwiseCopyable {
  enum Kind: UInt8 { case none, table, continuation, freed }

  var kind = Kind.none
  /// Known once it is linked.
  var level: UInt8 = 0
  /// A walk from the top reaches it.
  var isLinked = false
  /// Something was stored there; a gather or a queue has had it.
  var isWritten = false
  var isListed = false
  /// The slot of the table that has, or had, the pointer to it; -1 for a top.
  var parent: Int32 = -1
  /// The wait in which its pointer was lost last.
  var lostIn: Int32 = 0
  /// Words of the table.
  var words: Int32 = 0
  /// Pointers to it that may be cached.
  var stalePointers: Int32 = 0
  /// The first IOVA that it translates.
  var iova: UInt64 = 0
  /// The operation in which it went back.
  var freed: Int32 = -1
  /// Words that were changed and not written back, from `low` up to `high`; for walkers that do not
  /// snoop.
  var low: Int32 = .max
  var high: Int32 = 0
}

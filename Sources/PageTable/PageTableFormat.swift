// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What a table word is.
enum EntryKind {
  case empty
  case table
  case leaf
}

/// What of a domain the words of its tables depend on.
struct EntryContext {
  let features: FeatureSet
  /// The memory-encryption bit in force; 0 when there is none.
  let encryption: UInt64
}

/// A page-table format: how words are made and read. All formats here have 64-bit words, 4 KiB
/// tables and 4 KiB as the smallest page.
protocol PageTableFormat {
  /// What the subject ABI calls it.
  static var number: iopt_format { get }
  /// The widest input address in bits.
  static var widestInput: Int { get }
  /// The widest output address in bits.
  static var widestOutput: Int { get }
  static var highestLevel: Int { get }
  /// What the production build accepts.
  static var features: FeatureSet { get }
  /// What it insists on, in all releases.
  static var forcedFeatures: FeatureSet { get }
  /// Of what it accepts, that on which it insists wherever the release has it.
  static var forcedWhereKnown: FeatureSet { get }
  /// The format's own features that the debug build alone accepts.
  static var debugFeatures: FeatureSet { get }
  /// The feature that puts the machine's memory encryption in force; empty when none does.
  static var encryptionFeature: FeatureSet { get }
  static var tracksDirty: Bool { get }
  /// A bit of table words that hardware ignores: the word was written back. 0: none.
  static var writtenBackBit: UInt64 { get }
  /// Leaves come in every power of two up to the level's span, not only as one run of items.
  static var hasEverySize: Bool { get }
  /// Whether entries that take several words start at a multiple of their size when cleared is an
  /// expectation of the format.
  static var expectsAlignedClears: Bool { get }

  /// Base-2 logarithm of the items of a table; nil where the debug build finds the level wrong,
  /// with `itemsAtOddLevel` then in force.
  static func hasOddItemCount(level: Int) -> Bool
  static func canHaveLeaf(level: Int) -> Bool
  /// Page sizes that leaves of this level can have.
  static func sizes(level: Int, _ context: EntryContext) -> UInt64
  /// Base-2 logarithm of the items of the one contiguous size that the level has; 0 for none.
  static func contiguousItems(level: Int, _ context: EntryContext) -> Int

  static func kind(of entry: UInt64, level: Int) -> EntryKind
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64
  /// Base-2 logarithm of how many items the leaf takes.
  static func itemsLog2(ofLeaf entry: UInt64, level: Int, _ context: EntryContext) -> Int
  /// The leaf's output address, aligned to its size.
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64

  /// The word of a leaf of 2^sizeLog2 bytes; every item of it holds the same.
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64
  /// The attribute bits of leaves with this protection (`enum iopt_prot`).
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status

  static func isDirty(_ words: TableWords, index: Int, itemsLog2: Int) -> Bool
  static var dirtyBit: UInt64 { get }

  /// The top level, and limits of the format's own.
  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status
}

/// What initialisation works out.
struct Limits {
  var topLevel = 0
  var inputLog2: Int
  var outputLog2: Int
}

extension PageTableFormat {
  @inline(__always) static var forcedFeatures: FeatureSet { [] }
  @inline(__always) static var forcedWhereKnown: FeatureSet { [] }
  @inline(__always) static var debugFeatures: FeatureSet { [] }
  @inline(__always) static var encryptionFeature: FeatureSet { [] }
  @inline(__always) static var tracksDirty: Bool { false }
  @inline(__always) static var writtenBackBit: UInt64 { 0 }
  @inline(__always) static var hasEverySize: Bool { false }
  @inline(__always) static var expectsAlignedClears: Bool { true }
  @inline(__always) static var dirtyBit: UInt64 { 0 }
  @inline(__always) static func hasOddItemCount(level: Int) -> Bool { false }

  @inline(__always)
  static func contiguousItems(level: Int, _ context: EntryContext) -> Int { 0 }

  @inline(__always)
  static func itemsLog2(ofLeaf entry: UInt64, level: Int, _ context: EntryContext) -> Int { 0 }

  @inline(__always)
  static func sizes(level: Int, _ context: EntryContext) -> UInt64 {
    guard canHaveLeaf(level: level) else { return 0 }
    let item = TableShape.itemLog2(level: level)
    return power(of: item) | power(of: item + contiguousItems(level: level, context))
  }

  @inline(__always)
  static func isDirty(_ words: TableWords, index: Int, itemsLog2: Int) -> Bool {
    words[index] & dirtyBit != 0
  }
}

/// What all formats here have in common.
enum TableShape {
  static let pageLog2 = 12
  static let bitsPerLevel = 9
  /// Items that a table of one page holds.
  static let items = 1 << bitsPerLevel
  static let wordLog2 = 3

  /// Base-2 logarithm of the bytes that one item of a table at this level translates.
  @inline(__always)
  static func itemLog2(level: Int) -> Int { pageLog2 &+ bitsPerLevel &* level }
}

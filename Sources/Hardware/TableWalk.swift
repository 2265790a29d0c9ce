// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Everything that a hardware walker can reach from a top table.
public struct TableWalk: Equatable, Sendable {
  /// One translation; a contiguous entry is one.
  public struct Leaf: Equatable, Hashable, Sendable {
    /// Where it starts, and what that translates to.
    public var iova: UInt64
    public var pa: UInt64
    /// Bytes, log2; and the level of the entry, 0 the last.
    public var sizeLog2: Int
    public var level: Int
    /// The first of its words.
    public var word: UInt64

    /// Bytes.
    public var size: UInt64 { 1 << UInt64(sizeLog2) }
  }

  /// One table and where it hangs.
  public struct Table: Equatable, Sendable {
    /// Where it is, and its level: 0 is the last.
    public var pa: UInt64
    public var level: Int
    /// The first IOVA that it decodes.
    public var iova: UInt64
    /// The word that points to it; 0 for the top.
    public var link: UInt64
    /// How many words it has.
    public var count: Int
  }

  /// In the order of the table's words.
  public internal(set) var leaves: [Leaf] = []
  /// The top first, then in the order in which the walk meets them.
  public internal(set) var tables: [Table] = []
  /// What is wrong with the tree, in words: links to what is no table, tables linked twice,
  /// contiguous entries whose items disagree.
  public internal(set) var faults: [String] = []

  /// Walks from the table at `top`. `width`: bits of an input address whose highest is repeated
  /// above it; nil: addresses are what they are. Leaves are only collected when they are wanted.
  public init(
    top: UInt64, level: Int, reader: TableReader, signExtending width: Int? = nil,
    in memory: borrowing some TableMemory & ~Copyable, keepsLeaves: Bool = true
  ) {
    var walker = TableWalker(reader, signExtending: width, keepsLeaves: keepsLeaves)
    walker.start(top, level, memory)
    self = walker.found
  }

  init() {}
}

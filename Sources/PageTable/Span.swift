// SPDX-License-Identifier: GPL-2.0-only

/// A range of addresses that is worked on from a top table. ``first`` moves with the work.
struct Span {
  var first: UInt64
  /// Inclusive.
  let last: UInt64
  let table: TableWords?
  var level: Int
  /// Width in bits of the addresses that the top table translates.
  let log2: Int
}

/// A place in one table.
struct Cursor {
  var words: TableWords
  var level: Int
  var index = 0
  /// One past the last index of the span in this table.
  var end = 0
  var entry: UInt64 = 0
  var kind = EntryKind.empty

  @inline(__always)
  init(_ words: TableWords, level: Int) {
    self.words = words
    self.level = level
  }

  @inline(__always) var itemLog2: Int { TableShape.itemLog2(level: level) }
}

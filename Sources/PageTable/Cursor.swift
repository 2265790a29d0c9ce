// SPDX-License-Identifier: GPL-2.0-only

/// A place in one table.
struct Cursor {
  var words: TableWords
  var level: Int
  var index = 0
  /// One past the last index of the range in this table.
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

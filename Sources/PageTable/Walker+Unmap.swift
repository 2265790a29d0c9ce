// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What an unmap has removed.
struct Removal {
  var bytes: UInt64 = 0
  var tables = TableList()
}

extension Walker {
  /// Unmaps into a gather. Returns the bytes unmapped, which can be more than `length` when the
  /// last entry is larger, and less when there is a hole.
  func unmap(_ gather: inout Gather, _ iova: UInt64, _ length: UInt64) -> UInt64 {
    var status = Status.done
    guard var span = checkedSpan(iova, length, &status) else { return 0 }
    var removal = Removal()
    _ = unmap(&span, span.table!, level: span.level, &removal)
    self.gather(&gather, iova, removal.bytes, tables: removal.tables)
    return removal.bytes
  }

  /// The span's part of one table. The first hole ends it, and so does a span that begins inside
  /// of an entry.
  private func unmap(
    _ span: inout Span, _ words: TableWords, level: Int, _ removal: inout Removal
  ) -> Status {
    var cursor = Cursor(words, level: level)
    begin(&cursor, span)
    load(&cursor)
    if cursor.kind == .leaf,
      !span.first.isAligned(to: leafItemsLog2(cursor) + cursor.itemLog2)
    {
      return .invalid
    }
    let start = cursor.index
    var cleared = start..<start
    var items = 0
    var status = Status.done
    repeat {
      switch cursor.kind {
      case .leaf:
        let itemsLog2 = leafItemsLog2(cursor)
        clear(cursor, itemsLog2: itemsLog2)
        let next = cursor.index + 1 << itemsLog2
        cleared = (cleared.isEmpty ? cursor.index : cleared.lowerBound)..<next
        items += 1 << itemsLog2
        cursor.index = next
      case .table:
        if cursor.index != start { follow(cursor, &span) }
        let isDropped: Bool
        (status, isDropped) = unmapTable(cursor, &span, &removal)
        if isDropped {
          cleared =
            (cleared.isEmpty ? cursor.index : cleared.lowerBound)..<(cursor.index + 1)
        }
        if status == .done { cursor.index += 1 }
      case .empty:
        status = .invalid
      }
      if status != .done || cursor.index >= cursor.end { break }
      load(&cursor)
    } while true
    removal.bytes &+= UInt64(truncatingIfNeeded: items) << UInt64(cursor.itemLog2)
    if !cleared.isEmpty { clean(cursor, from: cleared.lowerBound, to: cleared.upperBound) }
    return status
  }

  /// Empties the table below an item, and drops it when the span covers all of it.
  @inline(__always)
  private func unmapTable(
    _ cursor: Cursor, _ span: inout Span, _ removal: inout Removal
  ) -> (Status, isDropped: Bool) {
    let lower = lowerTable(cursor)
    let isCovered = covers(span, cursor.itemLog2)
    let status = unmap(&span, lower, level: cursor.level - 1, &removal)
    guard status == .done, isCovered else { return (status, false) }
    state.pointee.pages.append(domain.address(of: lower), to: &removal.tables)
    clear(cursor, itemsLog2: 0)
    return (.done, true)
  }

  /// Whether the span holds all of the 2^log2 bytes that it begins in.
  @inline(__always)
  private func covers(_ span: Span, _ log2: Int) -> Bool {
    guard span.first.isAligned(to: log2) else { return false }
    return (span.first ^ span.last).divided(by: log2) != 0
      || span.last & ones(below: log2) == ones(below: log2)
  }
}

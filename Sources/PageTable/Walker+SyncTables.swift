// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The policy of `io-pgtable-arm`: a table that an unmap removes is invalidated for at once and goes
/// back at once, and leaves are gathered page by page.
extension Walker {
  /// Returns the bytes unmapped. The first hole ends it, as elsewhere.
  @inline(never)
  func unmapSyncingTables(_ gather: inout Gather, _ range: inout WalkRange) -> UInt64 {
    var bytes: UInt64 = 0
    _ = unmapSyncingTables(&gather, &range, range.table!, level: range.level, &bytes)
    return bytes
  }

  private func unmapSyncingTables(
    _ gather: inout Gather, _ range: inout WalkRange, _ words: TableWords, level: Int,
    _ bytes: inout UInt64
  ) -> Status {
    var cursor = Cursor(words, level: level)
    begin(&cursor, range)
    load(&cursor)
    if cursor.kind == .leaf,
      !range.first.isAligned(to: leafItemsLog2(cursor) + cursor.itemLog2)
    {
      return .invalid
    }
    let start = cursor.index
    while true {
      if cursor.index != start { follow(cursor, &range) }
      switch cursor.kind {
      case .empty: return .invalid
      case .leaf: bytes &+= clearPages(&gather, &cursor, iova: range.first)
      case .table:
        let status = unmapSyncingTable(&gather, cursor, &range, &bytes)
        if status != .done { return status }
        cursor.index += 1
      }
      if cursor.index >= cursor.end { return .done }
      load(&cursor)
    }
  }

  /// Clears leaves of one size from the loaded one on, and gathers them. Returns their bytes.
  private func clearPages(_ gather: inout Gather, _ cursor: inout Cursor, iova: UInt64) -> UInt64 {
    let itemsLog2 = leafItemsLog2(cursor)
    let sizeLog2 = itemsLog2 + cursor.itemLog2
    let first = cursor.index
    repeat {
      clear(cursor, itemsLog2: itemsLog2)
      cursor.index += 1 << itemsLog2
      if cursor.index >= cursor.end { break }
      load(&cursor)
    } while cursor.kind == .leaf && leafItemsLog2(cursor) == itemsLog2
    clean(cursor, from: first, to: cursor.index)

    if !gather.queued {
      if gather.refuses(pageAt: iova, log2: sizeLog2) { domain.sync(&gather) }
      gather.add(pagesAt: iova, log2: sizeLog2, count: (cursor.index - first) >> itemsLog2)
    }
    if has(.detailedGather) { gather.levels.addLeaf(level: cursor.level) }
    return UInt64(cursor.index - first) &<< UInt64(cursor.itemLog2)
  }

  /// A table that is covered and full goes whole; in another one the range's part is unmapped.
  private func unmapSyncingTable(
    _ gather: inout Gather, _ cursor: Cursor, _ range: inout WalkRange, _ bytes: inout UInt64
  ) -> Status {
    let lower = lowerTable(cursor)
    if covers(range, cursor.itemLog2) {
      var removed = Gather()
      state.pointee.pages.append(
        state.pointee.memory.address(of: lower), to: &removed.tables)
      removed.levels.addTable(level: cursor.level)
      if isFull(lower, level: cursor.level - 1, &removed) {
        drop(cursor, iova: range.first, &removed)
        bytes &+= power(of: cursor.itemLog2)
        return .done
      }
    }
    return unmapSyncingTables(&gather, &range, lower, level: cursor.level - 1, &bytes)
  }

  /// Whether nothing below is empty. Collects the tables, upper ones first, and all levels.
  private func isFull(_ words: TableWords, level: Int, _ removed: inout Gather) -> Bool {
    var cursor = Cursor(words, level: level)
    let end = 1 << itemsLog2(level: level)
    while cursor.index < end {
      load(&cursor)
      switch cursor.kind {
      case .empty: return false
      case .leaf:
        removed.levels.addLeaf(level: level)
        cursor.index += 1 << leafItemsLog2(cursor)
      case .table:
        let lower = lowerTable(cursor)
        state.pointee.pages.append(
          state.pointee.memory.address(of: lower), to: &removed.tables)
        removed.levels.addTable(level: level)
        if !isFull(lower, level: level - 1, &removed) { return false }
        cursor.index += 1
      }
    }
    return true
  }

  /// Unlinks a table, asks for its invalidation, and frees it and those below it.
  private func drop(_ cursor: Cursor, iova: UInt64, _ removed: inout Gather) {
    clear(cursor, itemsLog2: 0)
    cleanItem(cursor)
    if has(.dmaIncoherent) { domain.stopIncoherent(removed.tables) }
    removed.add(iova, power(of: cursor.itemLog2))
    domain.sync(&removed)
  }
}

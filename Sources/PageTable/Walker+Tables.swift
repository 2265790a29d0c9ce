// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// Makes way for leaves of lower levels: one table after the other below this one. `again`: the
  /// next leaves belong into this table itself.
  func mapTables(
    _ mapping: inout Mapping, _ range: inout WalkRange, _ words: TableWords, level: Int
  ) -> Status {
    if level < 0 { return runAway() }
    var cursor = Cursor(words, level: level)
    _ = warns(mapping.leafLevel == level)
    _ = warns(level == 0)
    begin(&cursor, range)
    repeat {
      var lower = words
      var status = reachTable(&cursor, range, &lower)
      if status != .done { return status }
      repeat {
        status =
          mapping.leafLevel == level - 1
          ? mapLeaves(&mapping, &range, lower, level: level - 1)
          : mapTables(&mapping, &range, lower, level: level - 1)
      } while status == .again
      if status != .done { return status }
      cursor.index += 1
      follow(cursor, &range)
      if cursor.index >= cursor.end { return .done }
    } while mapping.leafLevel != level
    return .again
  }

  /// Below level 0 the kernel goes on adding tables without end, unless it gets none.
  private func runAway() -> Status {
    if domain.allocate(bytes: 4096) == 0 { return .noMemory }
    state.pointee.hasCrashed = true
    return .noSuchDevice
  }

  /// The table below the cursor's item; a new one where there is none.
  @inline(__always)
  private func reachTable(
    _ cursor: inout Cursor, _ range: WalkRange, _ lower: inout TableWords
  ) -> Status {
    load(&cursor)
    switch cursor.kind {
    case .leaf: return .inUse
    case .empty: return addTable(&cursor, range, &lower)
    case .table:
      lower = lowerTable(cursor)
      // Whoever linked it may not have written the link back yet.
      if has(.dmaIncoherent), cursor.entry & Format.writtenBackBit == 0 { cleanItem(cursor) }
      return .done
    }
  }

  private func addTable(
    _ cursor: inout Cursor, _ range: WalkRange, _ lower: inout TableWords
  ) -> Status {
    if warns(cursor.level == 0) { return .noSuchDevice }
    // The size of a table does not depend on its level, save for the highest of all.
    let items = cursor.level == 0 ? TableShape.bitsPerLevel : itemsLog2(level: cursor.level - 1)
    let pa = allocateTable(log2: items + TableShape.wordLog2, isDeferred: false)
    if pa == 0 { return .noMemory }
    guard link(&cursor, to: pa) else {
      domain.stopIncoherent(pa)
      domain.free(pa)
      return .again
    }
    if has(.dmaIncoherent) {
      cleanItem(cursor)
      markWrittenBack(&cursor)
    }
    if Build.checks {
      loadFirst(&cursor, range)
      if warns(Format.tableAddress(cursor.entry, context) != pa) {
        clear(cursor, itemsLog2: 0)
        domain.stopIncoherent(pa)
        domain.free(pa)
        return .invalid
      }
    }
    lower = state.pointee.memory.words(at: pa)
    return .done
  }

  /// A zeroed table of 2^log2 bytes, in incoherent handling unless that is put off; 0 when it
  /// failed.
  @inline(__always)
  func allocateTable(log2: Int, isDeferred: Bool) -> UInt64 {
    // Shift counts wrap as the machine's do.
    let pa = domain.allocate(bytes: 1 &<< UInt64(truncatingIfNeeded: log2))
    if pa != 0, !isDeferred, has(.dmaIncoherent) { domain.startIncoherent(pa) }
    return pa
  }

  /// Links a table into the cursor's item unless another CPU was faster.
  @inline(__always)
  func link(_ cursor: inout Cursor, to pa: UInt64) -> Bool {
    domain.yield(IOPT_POINT_TABLE_INSTALL)
    let entry = Format.link(to: pa, level: cursor.level, context)
    guard
      state.pointee.memory.exchange(
        cursor.words, cursor.index, expected: cursor.entry, with: entry, IOPT_RELEASE)
    else { return false }
    cursor.entry = entry
    return true
  }

  @inline(__always)
  private func markWrittenBack(_ cursor: inout Cursor) {
    var expected = cursor.entry
    while !state.pointee.memory.exchange(
      cursor.words, cursor.index, expected: expected, with: expected | Format.writtenBackBit,
      IOPT_RELEASE)
    {
      expected = cursor.words[cursor.index]
    }
    cursor.entry = expected | Format.writtenBackBit
  }
}

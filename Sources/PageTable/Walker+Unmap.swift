// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What an unmap has removed.
struct Removal {
  var bytes: UInt64 = 0
  var tables = TableList()
  var levels = GatheredLevels()
}

extension Walker {
  /// Unmaps into a gather. Returns the bytes unmapped, which can be more than `length` when the
  /// last entry is larger, and less when there is a hole.
  func unmap(_ gather: inout Gather, _ iova: UInt64, _ length: UInt64) -> UInt64 {
    var status = Status.done
    guard var range = checkedRange(iova, length, &status) else { return 0 }
    if state.pointee.policy == IOPT_POLICY_SYNC_TABLES {
      return unmapSyncingTables(&gather, &range)
    }
    var removal = Removal()
    var cursor = Cursor(range.table!, level: range.level)
    loadFirst(&cursor, range)
    if !Build.checks, state.pointee.policy != IOPT_POLICY_EAGER { narrow(&cursor, range) }
    _ = unmap(&range, cursor.words, level: cursor.level, &removal)
    self.gather(
      &gather, iova, removal.bytes, tables: removal.tables, levels: removal.levels)
    return removal.bytes
  }

  /// Goes down for as long as the range lies within one table that stays: what is above has no part
  /// in the work. The debug build checks its expectations at every level instead.
  @inline(__always)
  private func narrow(_ cursor: inout Cursor, _ range: WalkRange) {
    while cursor.kind == .table,
      (range.first ^ range.last).shifted(by: cursor.itemLog2) == 0, !covers(range, cursor.itemLog2)
    {
      goDown(&cursor, to: range.first)
    }
  }

  /// The range's part of one table. The first hole ends it, and so does a range that begins inside
  /// of an entry.
  private func unmap(
    _ range: inout WalkRange, _ words: TableWords, level: Int, _ removal: inout Removal
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
    // What was cleared, first and one past the last; nothing yet.
    var cleared = (first: Int.max, end: 0)
    var items = 0
    var status = Status.done
    while true {
      let index = cursor.index
      switch cursor.kind {
      case .leaf:
        clearLeaves(&cursor)
        cleared = (min(cleared.first, index), cursor.index)
        items &+= cursor.index &- index
        if has(.detailedGather) { removal.levels.addLeaf(level: level) }
      case .table:
        if index != start { follow(cursor, &range) }
        let isDropped: Bool
        (status, isDropped) = unmapTable(cursor, &range, &removal)
        if isDropped { cleared = (min(cleared.first, index), index &+ 1) }
        if status == .done { cursor.index = index &+ 1 }
      case .empty:
        status = .invalid
      }
      if status != .done || cursor.index >= cursor.end { break }
      load(&cursor)
    }
    removal.bytes &+= UInt64(truncatingIfNeeded: items) &<< UInt64(cursor.itemLog2)
    if cleared.end != 0 { clean(cursor, from: cleared.first, to: cleared.end) }
    return status
  }

  /// Clears leaves from the loaded one on, to the first entry that is none or the end. The last one
  /// may reach past the end.
  @inline(__always)
  private func clearLeaves(_ cursor: inout Cursor) {
    let (end, level) = (cursor.end, cursor.level)
    if Build.checks { checkClear(cursor, itemsLog2: leafItemsLog2(cursor)) }
    var run = ClearRun(state, in: cursor.words, from: cursor.index)
    repeat {
      run.clear(countLog2: leafItemsLog2(cursor))
      cursor.index = run.end
      if run.end >= end { break }
      cursor.entry = run.next
      // A warning comes after all that was cleared before it: that leaf begins another run.
      if Build.checks, isInside(cursor, itemsLog2: leafItemsLog2(cursor)) { break }
    } while Format.kind(of: cursor.entry, level: level) == .leaf
  }

  /// Empties the table below an item, and drops it when the policy in force says so.
  @inline(__always)
  private func unmapTable(
    _ cursor: Cursor, _ range: inout WalkRange, _ removal: inout Removal
  ) -> (Status, isDropped: Bool) {
    let lower = lowerTable(cursor)
    let isCovered = covers(range, cursor.itemLog2)
    let before = removal.bytes
    let status = unmap(&range, lower, level: cursor.level - 1, &removal)
    guard
      status == .done && isCovered && state.pointee.policy != IOPT_POLICY_KEEP
        || isEmptied(lower, level: cursor.level - 1, removal.bytes != before)
    else { return (status, false) }
    state.pointee.pages.append(state.pointee.memory.address(of: lower), to: &removal.tables)
    if has(.detailedGather) { removal.levels.addTable(level: cursor.level) }
    clear(cursor, itemsLog2: 0)
    return (status, true)
  }

  /// Whether the policy drops every empty table, and this one became empty.
  @inline(__always)
  private func isEmptied(_ words: TableWords, level: Int, _ isChanged: Bool) -> Bool {
    state.pointee.policy == IOPT_POLICY_EAGER && isChanged && isEmpty(words, level: level)
  }

  /// An implementation in earnest would count entries; here the table is looked through.
  @inline(never)
  private func isEmpty(_ words: TableWords, level: Int) -> Bool {
    for index in 0..<(1 << itemsLog2(level: level))
    where Format.kind(of: words[index], level: level) != .empty {
      return false
    }
    return true
  }

  /// Whether the range holds all of the 2^log2 bytes that it begins in.
  @inline(__always)
  func covers(_ range: WalkRange, _ log2: Int) -> Bool {
    guard range.first.isAligned(to: log2) else { return false }
    return (range.first ^ range.last).divided(by: log2) != 0
      || range.last & ones(below: log2) == ones(below: log2)
  }
}

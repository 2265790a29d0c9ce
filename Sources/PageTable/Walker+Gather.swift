// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// What became unmapped joins the gather: its range by the revision in force
  /// (`gather_range_pages()`), and its tables last.
  @inline(__always)
  func gather(
    _ gather: inout Gather, _ iova: UInt64, _ length: UInt64, tables: TableList,
    levels: GatheredLevels
  ) {
    if has(.dmaIncoherent) { domain.stopIncoherent(tables) }
    addRange(&gather, iova, length)
    state.pointee.pages.prepend(tables, to: &gather.tables)
    if has(.detailedGather) { gather.levels.add(levels) }
  }

  @inline(__always)
  private func addRange(_ gather: inout Gather, _ iova: UInt64, _ length: UInt64) {
    switch state.pointee.revision {
    case IOPT_GATHER_ORIGINAL:
      addOrSync(&gather, iova, length)
    case IOPT_GATHER_PROPOSED:
      if !gather.queued { addOrSync(&gather, iova, length) }
    case IOPT_GATHER_ALWAYS_ADD:
      syncAndAdd(&gather, iova, length)
    default:
      if !gather.queued { syncAndAdd(&gather, iova, length) }
    }
  }

  /// A disjoint range makes the gather start anew.
  @inline(__always)
  private func syncAndAdd(_ gather: inout Gather, _ iova: UInt64, _ length: UInt64) {
    if has(.noGaps), gather.isDisjoint(iova, length) { domain.sync(&gather) }
    gather.add(iova, length)
  }

  /// The older revisions: a disjoint range is synced for and then forgotten, and only
  /// `FLUSH_RANGE` adds anything.
  private func addOrSync(_ gather: inout Gather, _ iova: UInt64, _ length: UInt64) {
    if has(.noGaps), gather.isDisjoint(iova, length) {
      domain.sync(&gather)
    } else if has(.flushRange) {
      gather.add(iova, length)
    }
  }

  /// Adds every table below the cursor's table to `list`. With `unlessMapped`, a leaf on the way
  /// ends it as in use.
  func collectTables(
    _ range: inout WalkRange, _ words: TableWords, level: Int, unlessMapped: Bool,
    into list: inout TableList, _ levels: inout GatheredLevels
  ) -> Status {
    if !unlessMapped, level == 0 { return .done }
    var cursor = Cursor(words, level: level)
    begin(&cursor, range)
    while cursor.index < cursor.end {
      load(&cursor)
      if cursor.kind == .table {
        let lower = lowerTable(cursor)
        state.pointee.pages.append(state.pointee.memory.address(of: lower), to: &list)
        levels.addTable(level: level)
        let status = collectTables(
          &range, lower, level: level - 1, unlessMapped: unlessMapped, into: &list,
          &levels)
        if status != .done { return status }
      } else if cursor.kind == .leaf, unlessMapped {
        return .inUse
      }
      advance(&cursor, &range)
    }
    return .done
  }

  /// Frees all tables.
  func teardown() {
    var list = TableList()
    var levels = GatheredLevels()
    let whole = range(below: state.pointee.top)
    // Both halves, when there are two.
    var range = WalkRange(
      first: whole.first, last: has(.signExtend) ? ones(below: whole.log2) : whole.last,
      table: whole.table, level: whole.level, log2: whole.log2)
    state.pointee.pages.append(state.pointee.memory.address(of: whole.table!), to: &list)
    _ = collectTables(
      &range, whole.table!, level: whole.level, unlessMapped: false, into: &list, &levels)
    if has(.dmaIncoherent) { domain.stopIncoherent(list) }
    domain.free(list)
    domain.free(state.pointee.kept)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// Leaves of the size at hand in one table. `again`: the same table goes on with another size.
  ///
  /// The kernel counts leaves against items of the table here; so does this.
  func mapLeaves(
    _ mapping: inout Mapping, _ range: inout WalkRange, _ words: TableWords, level: Int
  ) -> Status {
    var cursor = Cursor(words, level: level)
    _ = warns(mapping.leafLevel != level)
    _ = warns(!Format.canHaveLeaf(level: level))
    let items = 1 &<< (mapping.sizeLog2 &- cursor.itemLog2)
    begin(&cursor, range)
    let start = cursor.index
    let tableEnd = cursor.end
    var rest: UInt32 = 0
    if UInt64(start) &+ mapping.leaves < UInt64(tableEnd) {
      cursor.end = start + Int(mapping.leaves)
    } else {
      rest = UInt32(truncatingIfNeeded: mapping.leaves &- UInt64(tableEnd - start))
    }

    let status = writeLeaves(&mapping, &cursor, &range, items: items)
    clean(cursor, from: start, to: cursor.index)
    mapping.leaves = UInt64(rest)
    if status != .done || rest != 0 { return status }

    // The last leaf's own address: past the table's end there is none.
    cursor.index -= items
    follow(cursor, &range)
    cursor.index += items
    let next = range.first &+ power(of: mapping.sizeLog2)
    if next &- 1 == range.last {
      _ = warns(cursor.index != tableEnd)
      return .done
    }
    choose(&mapping, next, range.last)
    if cursor.index == tableEnd { return .done }
    if cursor.index != start { follow(cursor, &range) }
    return .again
  }

  /// Writes leaves from the cursor to its end. Where something is in the way, tables without a
  /// mapping are dropped.
  @inline(__always)
  private func writeLeaves(
    _ mapping: inout Mapping, _ cursor: inout Cursor, _ range: inout WalkRange, items: Int
  ) -> Status {
    let start = cursor.index
    if !Build.checks {
      if items == 1 { fillEmpty(&mapping, &cursor) } else { fillClear(&mapping, &cursor, items) }
      if cursor.index >= cursor.end { return .done }
    }
    repeat {
      load(&cursor)
      if cursor.kind != .empty || items != 1 {
        if cursor.index != start { follow(cursor, &range) }
        let status = makeRoom(&mapping, cursor, range, items: items)
        if status != .done { return status }
      }
      if Build.checks { checkSize(mapping, cursor, &range) }
      writeLeaf(cursor, mapping)
      mapping.output &+= power(of: mapping.sizeLog2)
      cursor.index += items
    } while cursor.index < cursor.end
    return .done
  }

  /// Writes leaves of one item for as long as nothing is there.
  @inline(__always)
  private func fillEmpty(_ mapping: inout Mapping, _ cursor: inout Cursor) {
    let (end, level, context) = (cursor.end, cursor.level, context)
    let (sizeLog2, attributes) = (mapping.sizeLog2, mapping.attributes)
    var output = mapping.output
    var run = StoreRun(state, in: cursor.words, from: cursor.index)
    while run.end < end, Format.kind(of: run.next, level: level) == .empty {
      run.append(
        Format.leaf(
          output: output, sizeLog2: sizeLog2, level: level, attributes: attributes, context))
      output &+= power(of: sizeLog2)
    }
    mapping.output = output
    cursor.index = run.end
  }

  /// Writes leaves of several items for as long as all of them are zero.
  @inline(__always)
  private func fillClear(_ mapping: inout Mapping, _ cursor: inout Cursor, _ items: Int) {
    let (words, end, level, context) = (cursor.words, cursor.end, cursor.level, context)
    let (sizeLog2, attributes) = (mapping.sizeLog2, mapping.attributes)
    var output = mapping.output
    var run = StoreRun(state, in: words, from: cursor.index)
    while run.end < end, isClear(words, from: run.end, items) {
      run.append(
        Format.leaf(
          output: output, sizeLog2: sizeLog2, level: level, attributes: attributes, context),
        count: items)
      output &+= power(of: sizeLog2)
    }
    mapping.output = output
    cursor.index = run.end
  }

  @inline(__always)
  private func isClear(_ words: TableWords, from first: Int, _ count: Int) -> Bool {
    var found: UInt64 = 0
    for index in 0..<count { found |= words[first &+ index] }
    return found == 0
  }

  /// Expects the size at hand to be the best one here.
  private func checkSize(_ mapping: Mapping, _ cursor: Cursor, _ range: inout WalkRange) {
    follow(cursor, &range)
    var best = 0
    if Format.canHaveLeaf(level: cursor.level) {
      let sizes = Format.sizes(level: cursor.level, context) & state.pointee.pageSizes
      if !warns(range.first >= range.last) {
        best = PageSizes.best(sizes, range.first, range.last, output: mapping.output)
      }
    }
    _ = warns(best != mapping.sizeLog2)
  }

  /// Drops the tables under the items that a leaf is to take. `inUse` when anything is mapped.
  private func makeRoom(
    _ mapping: inout Mapping, _ start: Cursor, _ range: WalkRange, items: Int
  ) -> Status {
    var range = range
    var cursor = Cursor(start.words, level: start.level)
    cursor.index = start.index
    cursor.end = start.index + items
    while cursor.index < cursor.end {
      load(&cursor)
      switch cursor.kind {
      case .leaf: return .inUse
      case .table:
        let status = dropTable(&mapping, cursor, range)
        if status != .done { return status }
      case .empty: break
      }
      advance(&cursor, &range)
    }
    return .done
  }

  private func dropTable(_ mapping: inout Mapping, _ cursor: Cursor, _ range: WalkRange) -> Status {
    let low = ones(below: cursor.itemLog2)
    var part = WalkRange(
      first: range.first & ~low, last: range.first | low, table: range.table, level: range.level,
      log2: range.log2)
    _ = warns(part.last < part.first)
    _ = warns(!isInside(part))
    if warns(cursor.level == 0) { return .invalid }
    var list = TableList()
    var levels = GatheredLevels()
    let lower = lowerTable(cursor)
    let status = collectTables(
      &part, lower, level: cursor.level - 1, unlessMapped: true, into: &list, &levels)
    if status != .done { return status }
    clear(cursor, itemsLog2: 0)
    cleanItem(cursor)
    state.pointee.pages.append(state.pointee.memory.address(of: lower), to: &list)
    levels.addTable(level: cursor.level)
    if state.pointee.policy == IOPT_POLICY_KEEP {
      if has(.dmaIncoherent) { domain.stopIncoherent(list) }
      state.pointee.pages.prepend(list, to: &state.pointee.kept)
      list = TableList()
    }
    gather(
      &mapping.gather, range.first, power(of: cursor.itemLog2), tables: list, levels: levels)
    return .done
  }
}

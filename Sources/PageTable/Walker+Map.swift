// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A mapping under way.
struct Mapping {
  var gather = Gather()
  /// Attribute bits of its leaves.
  var attributes: UInt64
  /// Output address of the next leaf.
  var output: UInt64
  /// So many leaves of the size at hand, then another choice.
  var leaves: UInt64 = 1
  var sizeLog2 = TableShape.pageLog2
  /// The level that leaves of this size belong to.
  var leafLevel = 0

  init(output: UInt64, attributes: UInt64) {
    self.output = output
    self.attributes = attributes
  }
}

extension Walker {
  /// Maps a range; what was mapped before a failure stays. `mapped` grows by the bytes mapped.
  func mapRange(
    _ iova: UInt64, _ output: UInt64, _ length: UInt64, protection: UInt32,
    mapped: inout UInt64
  ) -> Status {
    guard protection & (IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue) != 0 else {
      domain.warn()
      return .invalid
    }
    // Only the first address is held against the limit.
    guard output.divided(by: state.pointee.outputLog2) == 0 else { return .outOfRange }
    var attributes: UInt64 = 0
    var status = Format.attributes(protection, context, into: &attributes)
    guard status == .done, let range = uncheckedRange(iova, length, &status) else { return status }
    if !Build.checks, !has(.dmaIncoherent) {
      let isInstalled =
        length == state.pointee.smallPage
        ? installLeaf(range, TableShape.pageLog2, level: 0, output, attributes)
        : installLargeLeaf(range, length, output, attributes)
      if isInstalled {
        mapped &+= length
        return .done
      }
    }
    return mapRange(range, length, Mapping(output: output, attributes: attributes), &mapped)
  }

  /// The same for a page that the domain offers above level 0. A function of its own: it would take
  /// registers from the way of single pages.
  @inline(never)
  private func installLargeLeaf(
    _ range: WalkRange, _ length: UInt64, _ output: UInt64, _ attributes: UInt64
  ) -> Bool {
    let sizeLog2 = length.trailingZeroBitCount
    let level = (sizeLog2 &- TableShape.pageLog2) / TableShape.bitsPerLevel
    guard length == power(of: sizeLog2), sizeLog2 == TableShape.itemLog2(level: level),
      state.pointee.pageSizes & length != 0
    else { return false }
    return installLeaf(range, sizeLog2, level: level, output, attributes)
  }

  /// One leaf of one item into an empty place of a table that is there; false, and nothing done,
  /// where it is not as simple as that.
  @inline(__always)
  private func installLeaf(
    _ range: WalkRange, _ sizeLog2: Int, level: Int, _ output: UInt64, _ attributes: UInt64
  ) -> Bool {
    guard (range.first | output).isAligned(to: sizeLog2), isInside(range) else { return false }
    var cursor = Cursor(range.table!, level: range.level)
    loadFirst(&cursor, range)
    while cursor.kind == .table, cursor.level > level { goDown(&cursor, to: range.first) }
    guard cursor.kind == .empty, cursor.level == level else { return false }
    let entry = Format.leaf(
      output: output, sizeLog2: sizeLog2, level: level, attributes: attributes, context)
    state.pointee.memory.store(entry, to: cursor.words, cursor.index)
    return true
  }

  private func mapRange(
    _ asked: WalkRange, _ length: UInt64, _ start: Mapping, _ mapped: inout UInt64
  ) -> Status {
    var (range, mapping) = (asked, start)
    let isSinglePage =
      length == state.pointee.smallPage
    var status = plan(&mapping, range, isSinglePage: isSinglePage)
    if status == .done { status = reach(&range, mapping) }
    guard status == .done else { return status }

    _ = warns(mapping.leafLevel > range.level)
    status = install(&mapping, &range, isSinglePage: isSinglePage)
    // Tables made way for larger leaves, and the hardware may still walk them.
    if !mapping.gather.tables.isEmpty || state.pointee.policy == IOPT_POLICY_KEEP {
      domain.sync(&mapping.gather)
    }
    _ = warns(status == .done && mapping.output &- start.output != length)
    mapped &+= mapping.output &- start.output
    return status
  }

  /// Chooses the first leaves. A single page is taken as 4 KiB whatever the domain allows.
  @inline(__always)
  private func plan(_ mapping: inout Mapping, _ range: WalkRange, isSinglePage: Bool) -> Status {
    if isSinglePage {
      _ = warns(state.pointee.pageSizes & power(of: TableShape.pageLog2) == 0)
      return (range.first | mapping.output).isAligned(to: TableShape.pageLog2)
        ? .done : .noSuchDevice
    }
    choose(&mapping, range.first, range.last)
    return mapping.sizeLog2 == 0 ? .noSuchDevice : .done
  }

  /// Chooses the leaves from `first` on. A size of 0 means that none fits; it belongs to no level.
  @inline(__always)
  func choose(_ mapping: inout Mapping, _ first: UInt64, _ last: UInt64) {
    let sizes = state.pointee.pageSizes
    mapping.sizeLog2 =
      warns(first >= last) ? 0 : PageSizes.best(sizes, first, last, output: mapping.output)
    mapping.leafLevel =
      mapping.sizeLog2 == 0
      ? .max : (mapping.sizeLog2 - TableShape.pageLog2) / TableShape.bitsPerLevel
    mapping.leaves = PageSizes.count(
      sizes, first, last, output: mapping.output, sizeLog2: mapping.sizeLog2)
  }

  @inline(__always)
  private func install(
    _ mapping: inout Mapping, _ range: inout WalkRange, isSinglePage: Bool
  ) -> Status {
    // The short way writes nothing back.
    if Build.checks, isSinglePage, !has(.dmaIncoherent) {
      let status = installPage(&mapping, range)
      if status != .again { return status }
    }
    var status = Status.again
    while status == .again {
      status =
        mapping.leafLevel == range.level
        ? mapLeaves(&mapping, &range, range.table!, level: range.level)
        : mapTables(&mapping, &range, range.table!, level: range.level)
    }
    return status
  }

  /// The debug build's way to put one page into a table that is there: with every expectation.
  private func installPage(_ mapping: inout Mapping, _ range: WalkRange) -> Status {
    let cursor = descend(range)
    guard cursor.level == 0 else { return .again }
    guard cursor.kind == .empty else { return .inUse }
    writeLeaf(cursor, mapping)
    mapping.output &+= power(of: TableShape.pageLog2)
    return .done
  }

  /// Writes a leaf of the mapping's size. The debug build refuses one that does not belong there.
  @inline(__always)
  func writeLeaf(_ cursor: Cursor, _ mapping: Mapping) {
    let itemsLog2 = mapping.sizeLog2 - cursor.itemLog2
    if Build.checks, isMisplaced(cursor, mapping, itemsLog2) { return }
    let entry = Format.leaf(
      output: mapping.output, sizeLog2: mapping.sizeLog2, level: cursor.level,
      attributes: mapping.attributes, context)
    state.pointee.memory.store(entry, to: cursor.words, cursor.index, count: 1 << itemsLog2)
  }

  private func isMisplaced(_ cursor: Cursor, _ mapping: Mapping, _ itemsLog2: Int) -> Bool {
    if warns(!mapping.output.isAligned(to: mapping.sizeLog2)) { return true }
    let isSize =
      Format.hasEverySize
      ? (0...tableItems(cursor.level)).contains(itemsLog2)
      : itemsLog2 == 0
        || itemsLog2 == Format.contiguousItems(level: cursor.level, context)
    if warns(!isSize) { return true }
    return warns(!UInt64(truncatingIfNeeded: cursor.index).isAligned(to: itemsLog2))
  }

  private func tableItems(_ level: Int) -> Int { itemsLog2(level: level) }
}

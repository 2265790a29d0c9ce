// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The operations of a page table, specialised for a format and a build. It owns nothing.
struct Walker<Format: PageTableFormat, Build: BuildMode> {
  let domain: DomainReference

  @inline(__always)
  init(_ state: UnsafeMutablePointer<DomainState>) { domain = DomainReference(state: state) }

  @inline(__always) var state: UnsafeMutablePointer<DomainState> { domain.state }

  @inline(__always) var context: EntryContext {
    EntryContext(
      features: state.pointee.effective, encryption: state.pointee.encryption)
  }

  /// What this build accepts, in a release that has all of it.
  @inline(__always)
  static var supported: FeatureSet {
    if !Build.checks { return Format.features }
    var without: FeatureSet = []
    if !Format.features.contains(.dmaIncoherent) { without.formUnion(.dmaIncoherent) }
    // Sign extension does not go with the two.
    without.formUnion(
      Format.features.contains(.signExtend) ? [.dynamicTop, .fullVA] : .signExtend)
    return FeatureSet.ofEveryFormat.union(Format.features).union(Format.debugFeatures)
      .subtracting(without)
  }

  /// The features that the release does not know.
  private var unknown: FeatureSet {
    var unknown: FeatureSet = []
    let behaviours = state.pointee.behaviours
    if !behaviours.contains(.gathersLevels) { unknown.formUnion(.detailedGather) }
    if !behaviours.contains(.hasSvpbmt) { unknown.formUnion(Format.debugFeatures) }
    return unknown
  }

  /// What this build accepts in the domain's release.
  var accepted: FeatureSet { Self.supported.subtracting(unknown) }

  /// What the production build insists on in the domain's release.
  var insisted: FeatureSet {
    Format.forcedFeatures.union(Format.forcedWhereKnown.subtracting(unknown))
  }

  @inline(__always)
  func has(_ feature: FeatureSet) -> Bool {
    if Format.forcedFeatures.contains(feature) { return true }
    if !Self.supported.contains(feature) { return false }
    return state.pointee.effective.contains(feature)
  }

  /// Reports a violated expectation; always false in the production build.
  @inline(__always)
  func warns(_ isViolated: @autoclosure () -> Bool) -> Bool {
    guard Build.checks, isViolated() else { return false }
    domain.warn()
    return true
  }

  // MARK: Tables

  /// Base-2 logarithm of a table's items.
  @inline(__always)
  func itemsLog2(level: Int) -> Int {
    if Format.hasOddItemCount(level: level), warns(true) { return 7 }
    return TableShape.bitsPerLevel
  }

  /// Base-2 logarithm of the bytes that a table translates.
  @inline(__always)
  func tableLog2(_ cursor: Cursor, _ range: WalkRange) -> Int {
    if cursor.level == range.level { return range.log2 }
    return min(state.pointee.inputLog2, itemsLog2(level: cursor.level) + cursor.itemLog2)
  }

  /// All that lies below `top`; with sign extension its lower half.
  @inline(__always)
  func range(below top: TopTable) -> WalkRange {
    var log2 = state.pointee.inputLog2
    // A top that can still grow translates no more than one table's worth.
    if has(.dynamicTop), top.level != Format.highestLevel {
      log2 = min(log2, itemsLog2(level: top.level) + TableShape.itemLog2(level: top.level))
    }
    return WalkRange(
      first: 0, last: ones(below: has(.signExtend) ? log2 - 1 : log2), table: top.words,
      level: top.level, log2: log2)
  }

  @inline(__always)
  func range(_ first: UInt64, _ last: UInt64) -> WalkRange {
    let whole = range(below: state.pointee.top)
    return WalkRange(
      first: first, last: last, table: whole.table, level: whole.level, log2: whole.log2)
  }

  /// The range of a request, checked for its arithmetic.
  @inline(__always)
  func uncheckedRange(_ iova: UInt64, _ length: UInt64, _ status: inout Status) -> WalkRange? {
    guard length != 0 else {
      status = .invalid
      return nil
    }
    let (last, overflow) = iova.addingReportingOverflow(length - 1)
    guard !overflow else {
      status = .overflow
      return nil
    }
    return range(iova, last)
  }

  @inline(__always)
  func checkedRange(_ iova: UInt64, _ length: UInt64, _ status: inout Status) -> WalkRange? {
    guard let range = uncheckedRange(iova, length, &status) else { return nil }
    guard isInside(range) else {
      status = .outOfRange
      return nil
    }
    return range
  }

  /// Whether both ends can be translated. With sign extension the first address alone says which
  /// half the range is in.
  @inline(__always)
  func isInside(_ range: WalkRange) -> Bool {
    _ = warns(range.log2 == 0)
    var prefix: UInt64 = 0
    if has(.signExtend) {
      _ = warns(state.pointee.inputLog2 != range.log2)
      if range.first.shifted(by: range.log2 &- 1) != 0 { prefix = .max }
    }
    return ((range.first ^ prefix) | (range.last ^ prefix)).divided(by: range.log2) == 0
  }

  // MARK: Indexes

  @inline(__always)
  func firstIndex(_ cursor: Cursor, _ range: WalkRange) -> Int {
    _ = warns(cursor.level > range.level)
    guard cursor.level == range.level else { return lowerIndex(cursor, range.first) }
    return Int(truncatingIfNeeded: (range.first & mask(range.log2)).shifted(by: cursor.itemLog2))
  }

  /// The index of an address in a table below the top.
  @inline(__always)
  func lowerIndex(_ cursor: Cursor, _ address: UInt64) -> Int {
    Int(
      truncatingIfNeeded: address.shifted(by: cursor.itemLog2)
        & mask(itemsLog2(level: cursor.level)))
  }

  @inline(__always)
  private func endIndex(_ cursor: Cursor, _ range: WalkRange) -> Int {
    if range.first == range.last { return cursor.index &+ 1 }
    if cursor.level == range.level {
      let last = (range.last & mask(range.log2)).shifted(by: cursor.itemLog2)
      return Int(truncatingIfNeeded: last) &+ 1
    }
    let items = itemsLog2(level: cursor.level)
    if (range.first ^ range.last).divided(by: items &+ cursor.itemLog2) != 0 { return 1 &<< items }
    return lowerIndex(cursor, range.last) &+ 1
  }

  /// Puts the cursor at the start of the range's part of its table.
  @inline(__always)
  func begin(_ cursor: inout Cursor, _ range: WalkRange) {
    cursor.index = firstIndex(cursor, range)
    cursor.end = endIndex(cursor, range)
    _ = warns(cursor.index > cursor.end)
  }

  /// Moves the range's first address to the cursor's item.
  @inline(__always)
  func follow(_ cursor: Cursor, _ range: inout WalkRange) {
    let low = UInt64(truncatingIfNeeded: cursor.index) &<< UInt64(cursor.itemLog2)
    range.first = range.first.replacingLow(tableLog2(cursor, range), with: low)
  }

  // MARK: Entries

  @inline(__always)
  func load(_ cursor: inout Cursor) {
    cursor.entry = cursor.words[cursor.index]
    cursor.kind = Format.kind(of: cursor.entry, level: cursor.level)
  }

  /// Loads the one entry that the range begins in.
  @inline(__always)
  func loadFirst(_ cursor: inout Cursor, _ range: WalkRange) {
    cursor.index = firstIndex(cursor, range)
    load(&cursor)
  }

  /// Down into the table that the loaded entry points to, at the item of `address`.
  @inline(__always)
  func goDown(_ cursor: inout Cursor, to address: UInt64) {
    cursor.words = lowerTable(cursor)
    cursor.level &-= 1
    cursor.index = lowerIndex(cursor, address)
    load(&cursor)
  }

  /// The table that the loaded entry points to.
  @inline(__always)
  func lowerTable(_ cursor: Cursor) -> TableWords {
    state.pointee.memory.words(at: Format.tableAddress(cursor.entry, context))
  }

  @inline(__always)
  func leafItemsLog2(_ cursor: Cursor) -> Int {
    Format.itemsLog2(ofLeaf: cursor.entry, level: cursor.level, context)
  }

  /// On to the next entry; from inside a contiguous one to its end.
  @inline(__always)
  func advance(_ cursor: inout Cursor, _ range: inout WalkRange) {
    let log2 = cursor.kind == .leaf ? leafItemsLog2(cursor) : 0
    cursor.index = (cursor.index &+ 1 &<< log2) & ~((1 &<< log2) &- 1)
    follow(cursor, &range)
  }

  @inline(__always)
  func clear(_ cursor: Cursor, itemsLog2: Int) {
    checkClear(cursor, itemsLog2: itemsLog2)
    let count = min(1 &<< itemsLog2, TableShape.items &- cursor.index)
    state.pointee.memory.store(0, to: cursor.words, cursor.index, count: count)
  }

  @inline(__always)
  func checkClear(_ cursor: Cursor, itemsLog2: Int) {
    _ = warns(isInside(cursor, itemsLog2: itemsLog2))
  }

  /// Whether the cursor stands inside of what is to be cleared from there, against what the format
  /// expects.
  @inline(__always)
  func isInside(_ cursor: Cursor, itemsLog2: Int) -> Bool {
    Format.expectsAlignedClears
      && !UInt64(truncatingIfNeeded: cursor.index).isAligned(to: itemsLog2)
  }

  @inline(__always)
  func clean(_ cursor: Cursor, from first: Int, to end: Int) {
    if has(.dmaIncoherent) { domain.clean(cursor.words, from: first, to: end) }
  }

  @inline(__always)
  func cleanItem(_ cursor: Cursor) { clean(cursor, from: cursor.index, to: cursor.index + 1) }

  /// Walks down to the entry that is no table and that the range begins in.
  @inline(__always)
  func descend(_ range: WalkRange) -> Cursor {
    var cursor = Cursor(range.table!, level: range.level)
    loadFirst(&cursor, range)
    while cursor.kind == .table { goDown(&cursor, to: range.first) }
    return cursor
  }
}

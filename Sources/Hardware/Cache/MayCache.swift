// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage

/// Everything that an IOMMU, as nasty as its specification allows, may have cached of one domain, and
/// devices behind it that have TLBs of their own.
///
/// What table memory says may be cached at any time and needs no record. An entry is made when a word
/// that a walker can reach stops being what it was; only a command that is guaranteed to remove it
/// does. A table that was unlinked is reached as long as a pointer to it may be cached: what it holds
/// may then be cached anew. It is fed with a subject's log, record by record in their order, and sees
/// what was visible between any two of them.
final class MayCache {
  /// Table memory as stores told it.
  let words: UnsafeMutablePointer<UInt64>
  let tables: UnsafeMutablePointer<CachedTable>
  /// For each word the operation that wrote it last, and 1; nil where nobody asks.
  private(set) var writers: UnsafeMutablePointer<UInt64>?
  /// In the order in which they came: a table's pointer before what is below it.
  let stale = PlainBuffer<StaleEntry>(capacity: 1024)
  /// Where what a command leaves is put together.
  let spill = PlainBuffer<StaleEntry>(capacity: 1024)
  /// Slots below have been in use.
  @exclusivity(unchecked) var used = 0
  @exclusivity(unchecked) var reader: TableReader
  /// Which IOVAs are.
  @exclusivity(unchecked) var canonical = CanonicalAddresses(width: 64, signExtends: false)
  @exclusivity(unchecked) var isIncoherent = false
  @exclusivity(unchecked) var cachesAbsence = false
  /// Where walks begin is cached too, apart from pointers.
  @exclusivity(unchecked) var cachesRoot = false
  /// Devices cache leaves too: what they have, they asked the IOMMU for.
  @exclusivity(unchecked) var hasDeviceTLB = false
  /// What new entries belong to.
  @exclusivity(unchecked) var operation: Int32 = -1
  @exclusivity(unchecked) var gather: Int32 = -1
  /// Driver calls so far in the operation.
  @exclusivity(unchecked) var calls: Int32 = 0
  /// The slot of the top table, -1 before there is one.
  @exclusivity(unchecked) var top = -1
  /// Under NO_GAPS: what was changed since the last sync, of each gather, and in front of them of
  /// operations that name none.
  @exclusivity(unchecked) var changed: [RangeSet] = Array(repeating: RangeSet(), count: 5)
  /// What the operation at hand has changed, where it names a gather.
  @exclusivity(unchecked) private var changedByOperation = RangeSet()
  @exclusivity(unchecked) var tracksChanges = false
  /// The same everywhere, of each since it began, as the range from the lowest to the highest of them.
  let spans: UnsafeMutablePointer<ChangedSpan>
  /// Bytes of which a word said another translation, since somebody asked.
  @exclusivity(unchecked) var bytesChanged: UInt64 = 0
  /// Calls of a driver whose losses were counted.
  @exclusivity(unchecked) var waits: Int32 = 0
  /// The operation names an address that no translation can have.
  @exclusivity(unchecked) var isOutside = false
  /// Of leaves that are written in the operation: what they should say, and the first that reaches a
  /// table.
  @exclusivity(unchecked) var attributes = LeafAttributes()
  @exclusivity(unchecked) var exposing: ExposingLeaf?
  /// Page sizes, a bit each, of leaves that were written in the operation.
  @exclusivity(unchecked) var sizesWritten: UInt64 = 0
  /// The first table that was linked in the operation before all of it was written back; -1: none.
  @exclusivity(unchecked) var linkedUnwritten = -1
  /// The first freed table that a word led to in the operation; -1: none.
  @exclusivity(unchecked) var linkedFreed = -1
  /// Words of what was mapped in the operation, leaves and pointers, that were not written back so far.
  let mappedUnwritten = WordRuns()
  /// A word that led nowhere leads to a table, with what that holds.
  @exclusivity(unchecked) var fillsAbsence = false

  init(_ domain: DomainConfiguration) {
    reader = TableReader(domain)
    words = ArenaLayout.reserveWords()
    tables = .allocate(capacity: ArenaLayout.slotCount)
    tables.initialize(repeating: CachedTable(), count: ArenaLayout.slotCount)
    spans = .allocate(capacity: changed.count)
    spans.initialize(repeating: ChangedSpan(), count: changed.count)
  }

  deinit {
    ArenaLayout.releaseWords(words)
    if let writers { ArenaLayout.releaseWords(writers) }
    tables.deallocate()
    spans.deallocate()
  }

  /// Whether it is kept which operation wrote a word. Changed between domains only.
  func keepWriters(_ isKept: Bool) {
    if let writers { ArenaLayout.releaseWords(writers) }
    writers = isKept ? ArenaLayout.reserveWords() : nil
  }

  /// Forgets everything, for another domain.
  func reset(_ domain: DomainConfiguration, features: Features, width: Int, _ driver: any Driver) {
    reader = TableReader(domain)
    memset(words, 0, used * ArenaLayout.slotSize)
    if let writers { memset(writers, 0, used * ArenaLayout.slotSize) }
    tables.update(repeating: CachedTable(), count: used)
    stale.cut(to: 0)
    used = 0
    top = -1
    attributes = LeafAttributes()
    mappedUnwritten.removeAll()
    begin(operation: -1, gather: -1, isOutside: false)
    canonical = CanonicalAddresses(width: width, signExtends: features.contains(.signExtend))
    isIncoherent = features.contains(.dmaIncoherent)
    cachesAbsence = driver.cachesAbsence
    hasDeviceTLB = driver.hasDeviceTLB
    cachesRoot = driver.cachesRoot
    tracksChanges = features.contains(.flushRangeNoGaps)
    for index in changed.indices {
      changed[index].removeAll()
      spans[index] = ChangedSpan()
    }
  }

  /// What becomes stale from now on belongs to another operation.
  func begin(operation: Int32, gather: Int32, isOutside: Bool) {
    self.operation = operation
    self.gather = gather
    self.isOutside = isOutside
    calls = 0
    sizesWritten = 0
    exposing = nil
    linkedUnwritten = -1
    linkedFreed = -1
    if isIncoherent { mappedUnwritten.removeAll() }
    if tracksChanges { changedByOperation.removeAll() }
    if gather >= 0 { return }
    spans[0] = ChangedSpan()
    if tracksChanges { changed[0].removeAll() }
  }

  /// Where what belongs to a gather is in ``changed`` and ``spans``; in front, where there is none.
  @inline(__always)
  static func place(of gather: Int32) -> Int { Int(max(gather, -1)) + 1 }

  /// What the gather that is at work has changed since its last sync.
  var ownChanges: RangeSet {
    @inline(__always) _read { yield changed[Self.place(of: gather)] }
    @inline(__always) _modify { yield &changed[Self.place(of: gather)] }
  }

  /// The same since it began, from the lowest to the highest.
  var ownSpan: ChangedSpan { spans[Self.place(of: gather)] }

  /// Translations of this range, or the way to them, are others.
  @inline(__always)
  func noteChanged(_ first: UInt64, _ last: UInt64) {
    spans[Self.place(of: gather)].widen(first, last)
    guard tracksChanges else { return }
    ownChanges.insert(first, last)
    if gather >= 0 { changedByOperation.insert(first, last) }
  }

  /// A range is synced: what was changed there is settled. A sync that an unmap forces on the way is for
  /// what the gather held; what the unmap has cleared by then it only adds afterwards.
  func settleChanges(_ first: UInt64, _ last: UInt64) {
    ownChanges.remove(first, last)
    let own = changedByOperation.ranges
    if own.allSatisfy({ first <= $0.first && $0.last <= last }) { return }
    for range in own { ownChanges.insert(range.first, range.last) }
  }

  // MARK: Tables

  func noteAllocated(pa: UInt64, size: UInt64) {
    guard let first = ArenaLayout.slot(of: pa) else { return }
    let count = Int(truncatingIfNeeded: size) / ArenaLayout.slotSize
    guard count > 0, first + count <= ArenaLayout.slotCount else { return }
    used = max(used, first + count)
    tables[first] = CachedTable()
    tables[first].kind = .table
    tables[first].words = Int32(count * ArenaLayout.wordsPerSlot)
    if isIncoherent {
      tables[first].low = 0
      tables[first].high = tables[first].words
    }
    for slot in first + 1..<first + count { tables[slot].kind = .continuation }
  }

  /// The slot that a table starts at, of one of its slots; nil where no table is.
  @inline(__always)
  func head(_ slot: Int) -> Int? {
    var slot = slot
    while slot > 0, tables[slot].kind == .continuation { slot -= 1 }
    return tables[slot].kind == .table ? slot : nil
  }

  /// The slot of the table that a physical address starts, when it is one.
  @inline(__always)
  func table(at pa: UInt64) -> Int? {
    guard pa & 0xfff == 0, let slot = ArenaLayout.slot(of: pa), slot < used,
      tables[slot].kind == .table
    else { return nil }
    return slot
  }

  /// Whether a walker may come to read the table: from the top, or by a pointer that it may hold.
  func isExposed(_ slot: Int) -> Bool {
    var slot = slot
    for _ in 0..<8 {
      if tables[slot].isLinked || tables[slot].stalePointers > 0 { return true }
      let parent = Int(tables[slot].parent)
      guard parent >= 0, tables[parent].kind == .table else { return false }
      slot = parent
    }
    return false
  }

  /// The first IOVA that a table's word translates.
  @inline(__always)
  func iova(_ slot: Int, _ index: Int) -> UInt64 {
    canonical.extended(
      tables[slot].iova &+ UInt64(index) << UInt64(TableEntry.itemLog2(Int(tables[slot].level))))
  }

  /// How many words of a table translate addresses of 64 bits.
  @inline(__always)
  func wordsThatDecode(_ slot: Int) -> Int {
    let itemLog2 = TableEntry.itemLog2(Int(tables[slot].level))
    return 64 - itemLog2 < 30
      ? min(Int(tables[slot].words), 1 << (64 - itemLog2)) : Int(tables[slot].words)
  }

  /// Those of them in which addresses of a range, both ends inclusive, can be: where it does not leave
  /// the span of the table, those between its ends'.
  private func wordsThatDecode(_ slot: Int, _ first: UInt64, _ last: UInt64) -> Range<Int> {
    let count = wordsThatDecode(slot)
    let itemLog2 = UInt64(TableEntry.itemLog2(Int(tables[slot].level)))
    let within = UInt64(tables[slot].words - 1)
    let (low, high) = (
      canonical.truncated(first) >> itemLog2, canonical.truncated(last) >> itemLog2
    )
    guard low & ~within == high & ~within, low <= high else { return 0..<count }
    let end = min(count, Int(high & within) + 1)
    return min(end, Int(low & within))..<end
  }

  /// The walk begins at this table from now on.
  func noteTop(pa: UInt64, level: Int) {
    guard let slot = table(at: pa), (0...7).contains(level) else { return }
    let old = top
    top = slot
    link(slot, level: UInt8(level), iova: 0, parent: -1)
    guard old >= 0, old != slot else { return }
    if cachesRoot { addRoot(old) }
    if tables[old].parent < 0 { unlink(old) }
  }

  /// A table went back to the allocator.
  func noteFreed(_ slot: Int) {
    for index in slot..<slot + Int(tables[slot].words) / ArenaLayout.wordsPerSlot {
      tables[index].kind = .freed
      tables[index].freed = operation
      tables[index].isLinked = false
    }
  }

  /// The table is reached from the top, and with it what it points to.
  func link(_ slot: Int, level: UInt8, iova: UInt64, parent: Int32) {
    let isNew = !tables[slot].isLinked
    tables[slot].level = level
    tables[slot].iova = iova
    tables[slot].parent = parent
    tables[slot].isLinked = true
    if isUnwritten(slot), linkedUnwritten < 0 { linkedUnwritten = slot }
    guard tables[slot].isWritten, level > 0 || isNew else { return }
    let start = slot * ArenaLayout.wordsPerSlot
    for index in 0..<wordsThatDecode(slot) where words[start + index] != 0 {
      let word = words[start + index]
      switch reader.entry(word, level: Int(level)) {
      case .empty: break
      case .leaf(let pa, let sizeLog2):
        guard isNew else { continue }
        noteLeaf(slot, index, word, pa: pa, sizeLog2: sizeLog2)
        if fillsAbsence { addAbsence(slot, index) }
      case .table(let pa):
        guard level > 0, let below = table(at: pa) else { continue }
        link(below, level: level - 1, iova: self.iova(slot, index), parent: Int32(slot))
      }
    }
  }

  /// The table is reached from the top no more. All that it holds may be cached, and is not so.
  func unlink(_ slot: Int) {
    tables[slot].isLinked = false
    let level = tables[slot].level
    let start = slot * ArenaLayout.wordsPerSlot
    for index in 0..<wordsThatDecode(slot) where words[start + index] != 0 {
      switch reader.entry(words[start + index], level: Int(level)) {
      case .empty: break
      case .leaf(let pa, let sizeLog2):
        addLeaf(.leaf, slot, index, pa: pa, sizeLog2: sizeLog2, isHeld: true)
      case .table(let pa):
        // What hangs elsewhere by now, as below a new top, is reached by that.
        guard let below = table(at: pa), tables[below].isLinked,
          tables[below].parent == Int32(slot)
        else { continue }
        addPointer(slot, index, to: below, isHeld: true)
        unlink(below)
      }
    }
  }

  /// Whether the top has a word for it.
  private func reachesTop(_ iova: UInt64) -> Bool {
    guard top >= 0 else { return false }
    let itemLog2 = TableEntry.itemLog2(Int(tables[top].level))
    return itemLog2 < 64 && iova >> UInt64(itemLog2) < UInt64(tables[top].words)
  }

  /// Where the table as it stands leads an IOVA, nil for nowhere.
  func translation(of iova: UInt64) -> UInt64? {
    let iova = canonical.truncated(iova)
    var slot = reachesTop(iova) ? top : -1
    while slot >= 0 {
      let level = Int(tables[slot].level)
      let item = iova >> UInt64(TableEntry.itemLog2(level))
      let index = Int(item & UInt64(tables[slot].words - 1))
      guard index < wordsThatDecode(slot) else { return nil }
      switch reader.entry(words[slot * ArenaLayout.wordsPerSlot + index], level: level) {
      case .empty: return nil
      case .leaf(let pa, let sizeLog2): return pa | iova & (1 << UInt64(min(sizeLog2, 63)) - 1)
      case .table(let pa):
        guard level > 0, let below = table(at: pa) else { return nil }
        slot = below
      }
    }
    return nil
  }

  /// The first IOVA in the range that the table as it stands translates.
  func firstLeaf(_ first: UInt64, _ last: UInt64) -> UInt64? {
    top < 0 ? nil : firstLeaf(top, first, last)
  }

  private func firstLeaf(_ slot: Int, _ first: UInt64, _ last: UInt64) -> UInt64? {
    let level = Int(tables[slot].level)
    let start = slot * ArenaLayout.wordsPerSlot
    for index in wordsThatDecode(slot, first, last) where words[start + index] != 0 {
      let iova = iova(slot, index)
      let end = iova &+ (1 << UInt64(TableEntry.itemLog2(level)) - 1)
      guard iova <= last, end >= first else { continue }
      switch reader.entry(words[start + index], level: level) {
      case .empty: break
      case .leaf: return max(iova, first)
      case .table(let pa):
        if let below = table(at: pa), let found = firstLeaf(below, first, last) { return found }
      }
    }
    return nil
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import ScenarioLanguage

/// The tables of one domain as stores tell them, with what is counted of them kept at hand: how many
/// translations and tables a walk from the top finds. It costs the same however many there are.
final class LiveTables {
  /// One table, by its first slot.
  struct Table: BitwiseCopyable {
    /// -1 before a pointer said.
    var level: Int8 = -1
    var isLinked = false
    var isWritten = false
    /// The first IOVA that it translates.
    var iova: UInt64 = 0
    var words: Int32 = 0
    /// Words that are leaves, and leaves: one of several words counts once.
    var leafWords: Int32 = 0
    var leaves: Int32 = 0
    /// The wait that took the pointer to it away last.
    var lostIn: UInt32 = 0
  }

  let words = ArenaLayout.reserveWords()
  let tables: UnsafeMutablePointer<Table>
  private var reader: TableReader
  private let smallLeaves = SmallLeaves()
  /// How the record of a store begins.
  private let storeHeader = UInt64(EventKind.store.rawValue) | 4 << 32
  private var signBit: UInt64 = 0
  private var cachesAbsence = false
  /// The slot of the top table, -1 before there is one.
  private(set) var top = -1
  /// Translations that a walk finds, and tables.
  private(set) var leaves: UInt64 = 0
  private(set) var linked: UInt64 = 0
  /// Bytes of address space whose translation changed, so far.
  private(set) var bytesChanged: UInt64 = 0
  /// Of the wait whose losses are counted.
  var lossNumber: UInt32 = 0
  private var used = 0
  /// Told of each table that was linked, and unlinked, with its level and the IOVA that it begins at.
  var onLink: (Int, UInt64) -> Void = { _, _ in }
  var onUnlink: (Int, UInt64) -> Void = { _, _ in }

  init(_ domain: DomainConfiguration) {
    reader = TableReader(domain)
    tables = .allocate(capacity: ArenaLayout.slotCount)
    tables.initialize(repeating: Table(), count: ArenaLayout.slotCount)
  }

  deinit {
    ArenaLayout.releaseWords(words)
    tables.deallocate()
  }

  /// The domain was opened so.
  func begin(_ info: InfoRecord, _ features: Features, cachesAbsence: Bool) {
    signBit = features.contains(.signExtend) ? 1 << UInt64(info.inputWidth - 1) : 0
    self.cachesAbsence = cachesAbsence
    noteTop(pa: info.top, level: info.level)
    bytesChanged = 0
  }

  func noteAllocated(pa: UInt64, size: UInt64) {
    guard let slot = ArenaLayout.slot(of: pa) else { return }
    let count = Int(size) / ArenaLayout.slotSize
    if slot < used { memset(words + slot * ArenaLayout.wordsPerSlot, 0, Int(size)) }
    used = max(used, slot + count)
    tables[slot] = Table()
    tables[slot].words = Int32(Int(size) / 8)
  }

  func noteTop(pa: UInt64, level: Int) {
    guard let slot = ArenaLayout.slot(of: pa), slot != top else { return }
    if top >= 0 { unlink(top) }
    top = slot
    link(slot, level: level, iova: 0)
  }

  /// `count` words from `pa` on were written.
  func noteStore(pa: UInt64, count: UInt64, value: UInt64, stride: UInt64) {
    let first = Int((pa &- ArenaLayout.base) >> 3)
    guard first >= 0, first + Int(count) <= ArenaLayout.slotCount * ArenaLayout.wordsPerSlot else {
      return
    }
    var slot = first / ArenaLayout.wordsPerSlot
    while slot > 0, tables[slot].words == 0 { slot -= 1 }
    let level = Int(tables[slot].level)
    tables[slot].isWritten = true
    guard tables[slot].isLinked else {
      for index in 0..<Int(count) { words[first + index] = value &+ UInt64(index) &* stride }
      return
    }
    let base = slot * ArenaLayout.wordsPerSlot
    if level == 0, value == 0, stride == 0 { return clear(slot, first..<first + Int(count)) }
    for index in 0..<Int(count) {
      let old = words[first + index]
      let new = value &+ UInt64(index) &* stride
      words[first + index] = new
      if level == 0, old == 0, smallLeaves.contains(new) {
        addSmallLeaves(slot, 1)
      } else {
        change(slot, first + index - base, level, from: old, to: new)
      }
    }
  }

  /// Words of a linked table of the last level become empty.
  private func clear(_ slot: Int, _ places: Range<Int>) {
    var gone: Int32 = 0
    for place in places {
      let old = words[place]
      if old == 0 { continue }
      words[place] = 0
      if smallLeaves.contains(old) {
        gone += 1
      } else {
        change(slot, place - slot * ArenaLayout.wordsPerSlot, 0, from: old, to: 0)
      }
    }
    tables[slot].leafWords -= gone
    tables[slot].leaves -= gone
    leaves &-= UInt64(gone)
    bytesChanged &+= UInt64(gone) &* SmallLeaves.size
  }

  /// Takes in the stores that a log begins with, as long as each is of one new leaf of the smallest page.
  /// Returns the words of these records.
  func takeSmallLeaves(_ log: UnsafeBufferPointer<UInt64>) -> Int {
    var position = 0
    var slot = 0
    var start = UInt64.max
    var count: Int32 = 0
    while position + 5 <= log.count, log[position] == storeHeader, log[position + 2] == 1 {
      let (pa, word) = (log[position + 1], log[position + 3])
      if pa &- start >= UInt64(ArenaLayout.slotSize) {
        addSmallLeaves(slot, count)
        count = 0
        guard let next = ArenaLayout.slot(of: pa), tables[next].isLinked, tables[next].level == 0,
          tables[next].words > 0
        else { break }
        slot = next
        start = ArenaLayout.base + UInt64(slot * ArenaLayout.slotSize)
      }
      let place = words + slot * ArenaLayout.wordsPerSlot + Int((pa - start) >> 3)
      guard place.pointee == 0, smallLeaves.contains(word) else { break }
      place.pointee = word
      count += 1
      position += 5
    }
    addSmallLeaves(slot, count)
    return position
  }

  @inline(__always)
  private func addSmallLeaves(_ slot: Int, _ count: Int32) {
    guard count > 0 else { return }
    tables[slot].isWritten = true
    tables[slot].leafWords += count
    tables[slot].leaves += count
    leaves &+= UInt64(count)
    if cachesAbsence { bytesChanged &+= UInt64(count) &* SmallLeaves.size }
  }

  private func change(_ slot: Int, _ index: Int, _ level: Int, from old: UInt64, to new: UInt64) {
    let before = old == 0 ? TableEntry.empty : reader.entry(old, level: level)
    let after = new == 0 ? TableEntry.empty : reader.entry(new, level: level)
    if before == after { return }
    if level == 0, case .leaf(_, SmallLeaves.sizeLog2) = after { smallLeaves.note(new) }
    let span: UInt64 = 1 << UInt64(TableEntry.itemLog2(level))
    switch before {
    case .leaf(_, let sizeLog2):
      bytesChanged &+= span
      tables[slot].leafWords -= 1
      if isFirst(iova(slot, index), sizeLog2) {
        tables[slot].leaves -= 1
        leaves &-= 1
      }
    case .table(let pa): if let below = ArenaLayout.slot(of: pa) { unlink(below) }
    case .empty: if cachesAbsence, case .leaf = after { bytesChanged &+= span }
    }
    switch after {
    case .leaf(_, let sizeLog2):
      tables[slot].leafWords += 1
      if isFirst(iova(slot, index), sizeLog2) {
        tables[slot].leaves += 1
        leaves &+= 1
      }
    case .table(let pa):
      guard level > 0, let below = ArenaLayout.slot(of: pa) else { return }
      link(below, level: level - 1, iova: iova(slot, index))
    case .empty: break
    }
  }

  /// Whether the word is the first of its leaf.
  @inline(__always)
  private func isFirst(_ iova: UInt64, _ sizeLog2: Int) -> Bool {
    iova & (1 << UInt64(min(sizeLog2, 63)) - 1) == 0
  }

  /// The first IOVA that a table's word translates.
  @inline(__always)
  func iova(_ slot: Int, _ index: Int) -> UInt64 {
    let iova =
      tables[slot].iova &+ UInt64(index) << UInt64(TableEntry.itemLog2(Int(tables[slot].level)))
    return iova & signBit == 0 ? iova : iova | ~(signBit &* 2 &- 1)
  }

  /// What a word of a table says.
  @inline(__always)
  func entry(_ word: UInt64, _ level: Int) -> TableEntry { reader.entry(word, level: level) }

  private func link(_ slot: Int, level: Int, iova: UInt64) {
    guard !tables[slot].isLinked, tables[slot].words > 0 else { return }
    tables[slot].level = Int8(level)
    tables[slot].iova = iova
    tables[slot].isLinked = true
    linked += 1
    onLink(level, iova)
    guard tables[slot].isWritten else { return }
    let base = slot * ArenaLayout.wordsPerSlot
    for index in 0..<Int(tables[slot].words) where words[base + index] != 0 {
      change(slot, index, level, from: 0, to: words[base + index])
    }
  }

  /// A walk finds the table no more, nor what is below it; what it translated is translated no more.
  private func unlink(_ slot: Int) {
    guard tables[slot].isLinked else { return }
    let level = Int(tables[slot].level)
    tables[slot].isLinked = false
    linked -= 1
    leaves &-= UInt64(tables[slot].leaves)
    bytesChanged &+= UInt64(tables[slot].leafWords) << UInt64(TableEntry.itemLog2(level))
    tables[slot].leaves = 0
    tables[slot].leafWords = 0
    onUnlink(level, tables[slot].iova)
    guard level > 0 else { return }
    let base = slot * ArenaLayout.wordsPerSlot
    for index in 0..<Int(tables[slot].words) where words[base + index] != 0 {
      guard case .table(let pa) = reader.entry(words[base + index], level: level),
        let below = ArenaLayout.slot(of: pa)
      else { continue }
      unlink(below)
    }
  }
}

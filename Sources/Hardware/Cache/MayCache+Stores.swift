// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

extension MayCache {
  /// Takes in a store record. `byHardware`: it is the IOMMU that wrote, which knows its own caches.
  func noteStore(
    pa: UInt64, count: UInt64, value: UInt64, stride: UInt64, byHardware: Bool = false
  ) {
    let offset = pa &- ArenaLayout.base
    guard offset % 8 == 0, offset < UInt64(used * ArenaLayout.slotSize),
      count <= UInt64(used * ArenaLayout.wordsPerSlot)
    else { return }
    var word = Int(offset / 8)
    guard let slot = head(word / ArenaLayout.wordsPerSlot) else { return }
    let start = slot * ArenaLayout.wordsPerSlot
    let end = min(word + Int(count), start + Int(tables[slot].words))
    if isIncoherent, !byHardware, !isRemark(slot, word, count, value) {
      tables[slot].low = min(tables[slot].low, Int32(word - start))
      tables[slot].high = max(tables[slot].high, Int32(end - start))
    }
    tables[slot].isWritten = true
    let isSeen = !byHardware && isExposed(slot)
    let decoding = start + (isSeen ? wordsThatDecode(slot) : 0)
    var value = value
    while word < end {
      let old = words[word]
      words[word] = value
      if old != value, word < decoding { noteChange(slot, word - start, old, value) }
      if let writers { writers[word] = UInt64(operation + 1) }
      word += 1
      value &+= stride
    }
  }

  /// One word of which only such bits change as mean nothing to a walker: software marks entries that
  /// it has written back, in the entries.
  private func isRemark(_ slot: Int, _ word: Int, _ count: UInt64, _ value: UInt64) -> Bool {
    guard count == 1, words[word] != 0, tables[slot].isLinked else { return false }
    let level = Int(tables[slot].level)
    return reader.entry(words[word], level: level) == reader.entry(value, level: level)
  }

  /// A word that walkers can reach is another from now on.
  private func noteChange(_ slot: Int, _ index: Int, _ old: UInt64, _ new: UInt64) {
    let level = Int(tables[slot].level)
    let before = old == 0 ? TableEntry.empty : reader.entry(old, level: level)
    let after = new == 0 ? TableEntry.empty : reader.entry(new, level: level)
    switch before {
    case .empty where cachesAbsence:
      if case .leaf = after { addAbsence(slot, index) }
      if case .table = after { addAbsentPointer(slot, index) }
    case .empty: break
    case .leaf(let pa, let sizeLog2):
      let kind = before == after ? StaleEntry.Kind.dirty : .leaf
      addLeaf(kind, slot, index, pa: pa, sizeLog2: sizeLog2, isHeld: false)
    case .table(let pa):
      if before != after, let below = table(at: pa) {
        addPointer(slot, index, to: below, isHeld: false)
        if tables[below].isLinked { unlink(below) }
        // Memory leads there no more: only who holds the pointer comes there.
        tables[below].parent = -1
      }
    }
    if before == after {
      if case .leaf = after {
        attributes.check(new, was: old, level: level, at: iova(slot, index))
      }
      return
    }
    if isIncoherent { noteMapped(slot, index, isThere: after != .empty) }
    switch after {
    case .empty: break
    case .leaf(let pa, let sizeLog2): noteLeaf(slot, index, new, pa: pa, sizeLog2: sizeLog2)
    case .table(let pa):
      guard level > 0, tables[slot].isLinked else { break }
      guard let below = table(at: pa) else {
        noteLinkedFreed(pa)
        break
      }
      fillsAbsence = cachesAbsence && before == .empty
      link(below, level: UInt8(level - 1), iova: iova(slot, index), parent: Int32(slot))
      fillsAbsence = false
    }
  }

  /// A linked table's word leads somewhere, or nowhere any more.
  private func noteMapped(_ slot: Int, _ index: Int, isThere: Bool) {
    let word = slot * ArenaLayout.wordsPerSlot + index
    if !isThere {
      mappedUnwritten.remove(word, word + 1)
    } else if tables[slot].isLinked {
      mappedUnwritten.insert(word)
    }
  }

  /// A word leads to what is no table; whether it was one.
  private func noteLinkedFreed(_ pa: UInt64) {
    guard linkedFreed < 0, pa & 0xfff == 0, let slot = ArenaLayout.slot(of: pa), slot < used,
      tables[slot].kind == .freed
    else { return }
    linkedFreed = slot
  }

  /// A leaf that was not there: what it is, not what it was before.
  func noteLeaf(_ slot: Int, _ index: Int, _ word: UInt64, pa: UInt64, sizeLog2: Int) {
    let level = Int(tables[slot].level)
    sizesWritten |= 1 << UInt64(min(sizeLog2, 63))
    attributes.check(word, sizeLog2: sizeLog2, level: level, at: iova(slot, index))
    let size = 1 << UInt64(min(sizeLog2, 63)) as UInt64
    let end = ArenaLayout.base + UInt64(used * ArenaLayout.slotSize)
    if pa < end, pa &+ (size - 1) >= ArenaLayout.base { noteExposing(slot, index, pa, sizeLog2) }
  }

  private func noteExposing(_ slot: Int, _ index: Int, _ pa: UInt64, _ sizeLog2: Int) {
    let last = pa &+ (1 << UInt64(min(sizeLog2, 63)) - 1)
    let from = pa < ArenaLayout.base ? 0 : Int((pa - ArenaLayout.base) >> 12)
    let through = min(used - 1, Int((last - ArenaLayout.base) >> 12))
    guard exposing == nil, from <= through else { return }
    for table in from...through where [.table, .continuation].contains(tables[table].kind) {
      exposing = ExposingLeaf(
        iova: iova(slot, index), pa: pa, sizeLog2: sizeLog2, slot: head(table) ?? table)
      return
    }
  }

  // MARK: Entries

  /// One item of a leaf: the leaf as a whole may be cached.
  func addLeaf(
    _ kind: StaleEntry.Kind, _ slot: Int, _ index: Int, pa: UInt64, sizeLog2: Int, isHeld: Bool
  ) {
    let size = 1 << UInt64(min(sizeLog2, 63)) as UInt64
    let first = iova(slot, index) & ~(size - 1)
    bytesChanged &+= 1 << UInt64(TableEntry.itemLog2(Int(tables[slot].level)))
    noteChanged(first, first &+ (size - 1))
    addRun(kind, slot, index, first, sizeLog2: sizeLog2, pa: pa, isHeld: isHeld)
  }

  /// What translates `sizeLog2` bytes from `first` on, as an entry of its own or as the last one's end.
  private func addRun(
    _ kind: StaleEntry.Kind, _ slot: Int, _ index: Int, _ first: UInt64, sizeLog2: Int,
    pa: UInt64 = 0, isHeld: Bool = false
  ) {
    let size = 1 << UInt64(min(sizeLog2, 63)) as UInt64
    let word = Int32(slot * ArenaLayout.wordsPerSlot + index)
    if extendLast(kind, first, size, word, holder: slot, isHeld: isHeld) { return }
    var entry = entry(kind, slot, word, first: first, last: first &+ (size - 1))
    entry.sizeLog2 = UInt8(sizeLog2)
    entry.pa = pa
    if isHeld { entry.hold() }
    stale.extend(by: 1).initialize(to: entry)
  }

  /// Whether the leaf goes on where the last entry ends, or is that entry's last leaf.
  private func extendLast(
    _ kind: StaleEntry.Kind, _ first: UInt64, _ size: UInt64, _ word: Int32, holder: Int,
    isHeld: Bool
  ) -> Bool {
    let count = stale.count
    guard count > 0 else { return false }
    let last = stale.elements.baseAddress! + (count - 1)
    guard last.pointee.kind == kind, last.pointee.holder == Int32(holder),
      last.pointee.sizeLog2 == UInt8(size.trailingZeroBitCount), last.pointee.isHeld == isHeld,
      last.pointee.operation == operation, last.pointee.gather == gather,
      last.pointee.callsBefore == calls, !last.pointee.isQueued, !last.pointee.isOfRoot,
      last.pointee.lastWord + 1 == word,
      last.pointee.isUnwritten == (isIncoherent && !isHeld && kind != .absence),
      last.pointee.isInIOMMU, !last.pointee.goesWithPointers
    else { return false }
    let end = first &+ (size - 1)
    guard end == last.pointee.last || first == last.pointee.last &+ 1 else { return false }
    last.pointee.last = end
    last.pointee.lastWord = word
    return true
  }

  func addPointer(_ slot: Int, _ index: Int, to below: Int, isHeld: Bool) {
    var entry = pointerEntry(.pointer, slot, index)
    noteChanged(entry.first, entry.last)
    entry.target = Int32(below)
    entry.pa = ArenaLayout.address(ofSlot: below)
    if isHeld { entry.hold() }
    stale.extend(by: 1).initialize(to: entry)
    tables[below].stalePointers += 1
  }

  /// Walks may still begin with a table that was the top: what lies above its end is not there for them,
  /// and the table is read whatever becomes of it.
  func addRoot(_ old: Int) {
    let spanLog2 = TableEntry.itemLog2(Int(tables[old].level) + 1)
    let word = Int32(top * ArenaLayout.wordsPerSlot)
    var pointer = entry(.pointer, top, word, first: 0, last: .max)
    pointer.sizeLog2 = UInt8(min(spanLog2, 63))
    pointer.goesWithPointers = true
    pointer.target = Int32(old)
    pointer.pa = ArenaLayout.address(ofSlot: old)
    pointer.isUnwritten = false
    pointer.isOfRoot = true
    stale.extend(by: 1).initialize(to: pointer)
    tables[old].stalePointers += 1
    guard spanLog2 < 64 else { return }
    var absence = entry(.absence, top, word, first: 1 << UInt64(spanLog2), last: .max)
    absence.sizeLog2 = UInt8(spanLog2)
    absence.isOfRoot = true
    stale.extend(by: 1).initialize(to: absence)
  }

  /// A leaf is there that was not: that it is not may be cached.
  func addAbsence(_ slot: Int, _ index: Int) {
    let sizeLog2 = TableEntry.itemLog2(Int(tables[slot].level))
    bytesChanged &+= 1 << UInt64(sizeLog2)
    addRun(.absence, slot, index, iova(slot, index), sizeLog2: sizeLog2)
  }

  /// The same of a pointer: it goes as pointers do.
  private func addAbsentPointer(_ slot: Int, _ index: Int) {
    stale.extend(by: 1).initialize(to: pointerEntry(.absence, slot, index))
  }

  /// What is cached of a word that leads to a table, or led to none.
  private func pointerEntry(_ kind: StaleEntry.Kind, _ slot: Int, _ index: Int) -> StaleEntry {
    let spanLog2 = UInt64(TableEntry.itemLog2(Int(tables[slot].level)))
    let first = iova(slot, index)
    var entry = entry(
      kind, slot, Int32(slot * ArenaLayout.wordsPerSlot + index), first: first,
      last: first &+ (1 << spanLog2 - 1))
    entry.sizeLog2 = UInt8(spanLog2)
    entry.goesWithPointers = true
    return entry
  }

  private func entry(
    _ kind: StaleEntry.Kind, _ slot: Int, _ word: Int32, first: UInt64, last: UInt64
  ) -> StaleEntry {
    var entry = StaleEntry(
      kind: kind, sizeLog2: 0, level: tables[slot].level, isHeld: false,
      isUnwritten: isIncoherent && kind != .absence,
      isInDevice: hasDeviceTLB && (kind == .leaf || kind == .dirty), isOutside: isOutside,
      isQueued: false,
      first: first, last: last, pa: 0, firstWord: word, lastWord: word, holder: Int32(slot),
      target: -1, operation: operation, gather: gather, callsBefore: calls)
    if let writers { entry.since = Int32(truncatingIfNeeded: writers[Int(word)]) - 1 }
    return entry
  }

  // MARK: Writing back

  /// A range of table memory was written back.
  func noteCleaned(pa: UInt64, length: UInt64) {
    let offset = pa &- ArenaLayout.base
    guard offset < UInt64(used * ArenaLayout.slotSize), length > 0 else { return }
    let first = Int(offset / 8)
    let end = first + Int(min(length, UInt64(used * ArenaLayout.slotSize)) + 7) / 8
    if let slot = head(first / ArenaLayout.wordsPerSlot) {
      let start = slot * ArenaLayout.wordsPerSlot
      writeBack(slot, Int32(first - start), Int32(end - start))
    }
    mappedUnwritten.remove(first, end)
    for index in 0..<stale.count where stale.elements[index].isUnwritten {
      let entry = stale.elements.baseAddress! + index
      if entry.pointee.firstWord >= first, entry.pointee.firstWord < end {
        entry.pointee.firstWord = Int32(end)
      } else if entry.pointee.lastWord < end, entry.pointee.lastWord >= first {
        entry.pointee.lastWord = Int32(first - 1)
      }
      if entry.pointee.firstWord > entry.pointee.lastWord {
        entry.pointee.isUnwritten = false
        entry.pointee.isSyncedUnwritten =
          entry.pointee.operation == operation && entry.pointee.callsBefore < calls
      }
    }
  }

  private func writeBack(_ slot: Int, _ first: Int32, _ end: Int32) {
    let low = tables[slot].low
    let high = tables[slot].high
    if first <= low { tables[slot].low = max(low, min(end, high)) }
    if end >= high { tables[slot].high = min(high, max(first, tables[slot].low)) }
    if tables[slot].low >= tables[slot].high {
      tables[slot].low = .max
      tables[slot].high = 0
    }
  }

  /// All of a table was written back, as when it is made known to a walker that does not snoop.
  func noteCleaned(table pa: UInt64) {
    guard let slot = table(at: pa) else { return }
    noteCleaned(pa: pa, length: UInt64(tables[slot].words) * 8)
  }

  /// Whether walkers that do not snoop still read a pointer to the table in memory, or to one above it.
  func isLedToUnwritten(_ slot: Int) -> Bool {
    var slot = slot
    for _ in 0..<8 {
      for entry in stale.elements
      where entry.kind == .pointer && entry.isUnwritten && entry.target == Int32(slot) {
        return true
      }
      guard tables[slot].parent >= 0 else { return false }
      slot = Int(tables[slot].parent)
    }
    return false
  }

  /// Whether the table has words that were not written back.
  func isUnwritten(_ slot: Int) -> Bool { tables[slot].low < tables[slot].high }
}

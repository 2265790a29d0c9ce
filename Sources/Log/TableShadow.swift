// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Table memory as a subject's log tells it: written from store records alone, value and stride.
/// Held against the memory itself it proves the records; read between two events it says what the
/// hardware could have seen there.
///
/// It also remembers each operation's beginning, so that the words which an operation changed can
/// be told afterwards.
public final class TableShadow {
  /// What stores have told so far, by word, counted from the arena's start.
  let told: UnsafeMutablePointer<UInt64>
  /// The same when the operation at hand began.
  let before: UnsafeMutablePointer<UInt64>
  /// A slot of zeros.
  let zeros: UnsafeMutablePointer<UInt64>
  /// The memory that the subject writes.
  let memory: UnsafePointer<UInt64>
  /// What each slot is, valid below ``used``.
  private let slots: UnsafeMutablePointer<SlotShadow>
  /// Words that the operation at hand has told, in the order of its stores.
  let touched = WordRanges()
  /// What changes, behind a pointer, so that nothing here needs an exclusivity check.
  private let core: UnsafeMutablePointer<Core>

  private struct Core {
    var used = 0
    var keepsBefore = true
    var segmentStart = 0
    var fault: StoreFault?
    var top: Top?
  }

  /// Whether each operation's beginning is remembered: ``appendChanges(to:)`` needs it. Changed between
  /// scenarios only.
  public var keepsBefore: Bool {
    get { core.pointee.keepsBefore }
    set { core.pointee.keepsBefore = newValue }
  }

  /// Slots below this one have been in use.
  @inline(__always) var used: Int { core.pointee.used }
  /// The first of ``touched`` that was told since the last event.
  @inline(__always) var segmentStart: Int { core.pointee.segmentStart }
  /// The first store of this scenario that was none.
  public var fault: StoreFault? { core.pointee.fault }
  /// The top table and its level, as told last; nil before initialisation.
  public var top: Top? { core.pointee.top }

  /// Where a walk begins.
  public struct Top: Equatable, Sendable {
    /// The table, and its level: 0 is the last.
    public var pa: UInt64
    public var level: Int
  }

  static let wordsPerSlot = ArenaLayout.wordsPerSlot
  static let slotCount = ArenaLayout.slotCount

  /// Not private: Swift 6.3.1 crashes on a private type in a generic member.
  struct SlotShadow: BitwiseCopyable {
    var state: UInt8 = 0
    /// Words of this slot that were told ever: only they have to be cleared.
    var low: UInt16 = 512
    var high: UInt16 = 0

    static let free: UInt8 = 0
    static let table: UInt8 = 1
    static let continuation: UInt8 = 2
  }

  /// `memory`: where the subject's arena begins.
  public init(memory: UnsafePointer<UInt64>) {
    self.memory = memory
    told = ArenaLayout.reserveWords()
    before = ArenaLayout.reserveWords()
    zeros = .allocate(capacity: Self.wordsPerSlot)
    zeros.initialize(repeating: 0, count: Self.wordsPerSlot)
    slots = .allocate(capacity: Self.slotCount)
    slots.initialize(repeating: SlotShadow(), count: Self.slotCount)
    core = .allocate(capacity: 1)
    core.initialize(to: Core())
  }

  deinit {
    ArenaLayout.releaseWords(told)
    ArenaLayout.releaseWords(before)
    zeros.deallocate()
    slots.deallocate()
    core.deallocate()
  }

  /// Forgets the scenario.
  public func reset() {
    for slot in 0..<used {
      let shadow = slots[slot]
      slots[slot] = SlotShadow()
      guard shadow.low < shadow.high else { continue }
      let first = slot * Self.wordsPerSlot + Int(shadow.low)
      let bytes = (Int(shadow.high) - Int(shadow.low)) * 8
      memset(told + first, 0, bytes)
      if core.pointee.keepsBefore { memset(before + first, 0, bytes) }
    }
    touched.removeAll()
    core.pointee = Core(keepsBefore: core.pointee.keepsBefore)
  }

  // MARK: Taking in a log

  /// Takes in the stores from word `position` of a log on, up to the next event, where `position`
  /// then stands. What they told begins at ``segmentStart`` of ``touched``.
  @inline(__always)
  func takeStores(_ log: UnsafeBufferPointer<UInt64>, _ position: inout Int) {
    core.pointee.segmentStart = touched.count
    while position < log.count,
      UInt32(truncatingIfNeeded: log[position]) == EventKind.store.rawValue
    {
      let length = min(1 + Int(log[position] >> 32), log.count - position)
      if length >= 5 {
        take(pa: log[position + 1], count: log[position + 2], log[position + 3], log[position + 4])
      }
      position += length
    }
  }

  /// Takes in the event at word `position` of a log; returns how many words it has.
  @inline(__always)
  func takeEvent(_ log: UnsafeBufferPointer<UInt64>, _ position: Int) -> Int {
    let length = min(1 + Int(log[position] >> 32), log.count - position)
    switch UInt32(truncatingIfNeeded: log[position]) {
    case EventKind.alloc.rawValue where length >= 3:
      noteTable(pa: log[position + 1], size: log[position + 2])
    case EventKind.free.rawValue where length >= 2: noteFree(pa: log[position + 1])
    case EventKind.top.rawValue where length >= 3:
      core.pointee.top = Top(
        pa: log[position + 1], level: Int(truncatingIfNeeded: log[position + 2]))
    case EventKind.info.rawValue where length >= 9:
      core.pointee.top = Top(
        pa: log[position + 4], level: Int(truncatingIfNeeded: log[position + 5]))
    default: break
    }
    return length
  }

  /// Takes in all of an operation's log.
  public func take(_ log: UnsafeBufferPointer<UInt64>) {
    var position = 0
    while true {
      takeStores(log, &position)
      if position >= log.count { return }
      position += takeEvent(log, position)
    }
  }

  private func noteTable(pa: UInt64, size: UInt64) {
    guard let first = ArenaLayout.slot(of: pa) else { return }
    let count = Int(truncatingIfNeeded: size) / ArenaLayout.slotSize
    guard count > 0, first + count <= Self.slotCount else { return }
    slots[first].state = SlotShadow.table
    for slot in first + 1..<first + count { slots[slot].state = SlotShadow.continuation }
    core.pointee.used = max(used, first + count)
  }

  private func noteFree(pa: UInt64) {
    guard let slot = slot(of: pa), slots[slot].state == SlotShadow.table else { return }
    for index in slot..<slot + slotsOfTable(at: slot) { slots[index].state = SlotShadow.free }
  }

  @inline(__always)
  private func take(pa: UInt64, count: UInt64, _ value: UInt64, _ stride: UInt64) {
    let offset = pa &- ArenaLayout.base
    let slot = Int(truncatingIfNeeded: offset / UInt64(ArenaLayout.slotSize))
    if count == 1, offset % 8 == 0, offset < UInt64(used) * UInt64(ArenaLayout.slotSize),
      slots[slot].state != SlotShadow.free
    {
      let word = Int(truncatingIfNeeded: offset / 8)
      noteTold(slot, UInt16(truncatingIfNeeded: word % Self.wordsPerSlot), 1)
      told[word] = value
      touched.append(word..<word + 1, after: segmentStart)
    } else {
      takeRun(pa: pa, count: count, value, stride)
    }
  }

  @inline(__always)
  private func noteTold(_ slot: Int, _ first: UInt16, _ count: UInt16) {
    if first < slots[slot].low { slots[slot].low = first }
    if first + count > slots[slot].high { slots[slot].high = first + count }
  }

  private func takeRun(pa: UInt64, count: UInt64, _ value: UInt64, _ stride: UInt64) {
    let offset = pa &- ArenaLayout.base
    let first = Int(truncatingIfNeeded: offset / 8)
    let limit = used * Self.wordsPerSlot
    guard offset % 8 == 0, offset < UInt64(limit * 8), count > 0, count <= UInt64(limit - first),
      isLive(words: first..<first + Int(count))
    else {
      if fault == nil { core.pointee.fault = .outsideTables(pa: pa) }
      return
    }
    let end = first + Int(count)
    if stride == 0 {
      (told + first).update(repeating: value, count: Int(count))
    } else {
      var word = value
      for index in first..<end {
        told[index] = word
        word = word &+ stride
      }
    }
    touched.append(first..<end, after: segmentStart)
  }

  /// Whether all of the words belong to one table that is allocated; notes that they were told.
  private func isLive(words range: Range<Int>) -> Bool {
    var first = range.lowerBound
    while first < range.upperBound {
      let slot = first / Self.wordsPerSlot
      let state = slots[slot].state
      guard state != SlotShadow.free else { return false }
      guard first == range.lowerBound || state == SlotShadow.continuation else { return false }
      let end = min(range.upperBound, (slot + 1) * Self.wordsPerSlot)
      noteTold(slot, UInt16(first - slot * Self.wordsPerSlot), UInt16(end - first))
      first = end
    }
    return true
  }

  // MARK: Tables

  /// The words of a slot among which all are that were told; an empty range when none was.
  @inline(__always)
  func wordsTold(in slot: Int) -> Range<Int> {
    let first = slot * Self.wordsPerSlot
    let shadow = slots[slot]
    guard shadow.low < shadow.high else { return first..<first }
    return first + Int(shadow.low)..<first + Int(shadow.high)
  }

  /// The slot that holds `pa`, when it lies below ``used``.
  func slot(of pa: UInt64) -> Int? {
    guard let slot = ArenaLayout.slot(of: pa), slot < used else { return nil }
    return slot
  }

  /// Whether the slot belongs to a table that is allocated.
  @inline(__always)
  func isLive(_ slot: Int) -> Bool { slots[slot].state != SlotShadow.free }

  /// How many slots the table that starts at `slot` takes.
  func slotsOfTable(at slot: Int) -> Int {
    var end = slot + 1
    while end < used, slots[end].state == SlotShadow.continuation { end += 1 }
    return end - slot
  }

  /// The first word of the table that holds a word, and how many words that table has.
  func table(ofWord word: Int) -> (word: Int, count: Int) {
    var slot = word / Self.wordsPerSlot
    while slot > 0, slots[slot].state == SlotShadow.continuation { slot -= 1 }
    return (slot * Self.wordsPerSlot, slotsOfTable(at: slot) * Self.wordsPerSlot)
  }

  /// Takes what memory holds for told: for a subject that logs no stores.
  public func takeMemory() {
    for slot in 0..<used where isLive(slot) {
      let first = slot * Self.wordsPerSlot
      guard memcmp(told + first, memory + first, ArenaLayout.slotSize) != 0 else { continue }
      (told + first).update(from: memory + first, count: Self.wordsPerSlot)
      slots[slot].low = 0
      slots[slot].high = UInt16(Self.wordsPerSlot)
      touched.append(first..<first + Self.wordsPerSlot, after: 0)
    }
  }

  /// Ends the operation: what it told is where the next one begins.
  public func settle() {
    guard core.pointee.keepsBefore else { return touched.removeAll() }
    for index in 0..<touched.count {
      let range = touched[index]
      if range.count == 1 {
        before[range.lowerBound] = told[range.lowerBound]
      } else {
        (before + range.lowerBound).update(from: told + range.lowerBound, count: range.count)
      }
    }
    touched.removeAll()
  }
}

/// A store record that cannot be true.
public enum StoreFault: Equatable, Sendable {
  /// It is not wholly in one table that is allocated at that moment.
  case outsideTables(pa: UInt64)
}

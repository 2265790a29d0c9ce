// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import SubjectABI

/// Table memory of one subject, laid out as TRACE.md says: slot N is at physical address
/// 0x800000000 + N × 0x1000. Reserved, not committed; freed slots are never handed out again and
/// are poisoned where AddressSanitizer is present.
public struct Arena: ~Copyable {
  /// The physical address of slot 0.
  public static let base = ArenaLayout.base
  /// Bytes of a slot, the smallest table.
  public static let slotSize = ArenaLayout.slotSize
  /// Slots of an arena.
  public static let slotCount = ArenaLayout.slotCount
  /// So many slots stay in memory from one scenario to the next: writing zeros costs far less than
  /// new pages do. The rest goes back.
  static let keptSlots = 4096
  /// The largest single table in bytes.
  public static let largestTable = ArenaLayout.largestTable

  /// What became of a slot in the scenario at hand.
  public enum Slot: UInt8 {
    case untouched = 0
    /// The first slot of a table that is allocated.
    case table = 1
    /// A further slot of a table larger than one slot.
    case continuation = 2
    case freed = 3
    /// Passed over to align a larger table.
    case skipped = 4
  }

  /// Where slot 0 is in this process.
  public let memory: UnsafeMutableRawPointer
  /// One state a slot, valid below ``used``.
  public let states: UnsafeMutablePointer<Slot>
  /// Slots handed out or passed over so far.
  public private(set) var used = 0
  private let sanitizer: AddressSanitizer

  /// Reserves the memory; ends the process when there is no room for it.
  public init() {
    let size = Self.slotCount * Self.slotSize
    let mapped = mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      fatalError("cannot reserve \(size) bytes of table memory: errno \(errno)")
    }
    memory = mapped
    states = .allocate(capacity: Self.slotCount)
    states.initialize(repeating: .untouched, count: Self.slotCount)
    sanitizer = AddressSanitizer()
  }

  deinit {
    sanitizer.unpoison(memory, used * Self.slotSize)
    munmap(memory, Self.slotCount * Self.slotSize)
    states.deallocate()
  }

  /// Hands out a zeroed table of `bytes` (a power of two of at least one slot), aligned to its
  /// size; nil when the slots are used up.
  mutating func allocate(bytes: UInt64) -> UInt64? {
    let slots = Int(bytes) / Self.slotSize
    let first = (used + slots - 1) & ~(slots - 1)
    guard first + slots <= Self.slotCount else { return nil }
    for slot in used..<first { states[slot] = .skipped }
    states[first] = .table
    for slot in first + 1..<first + slots { states[slot] = .continuation }
    used = first + slots
    return Self.base + UInt64(first) * UInt64(Self.slotSize)
  }

  /// Takes a table back. False when `pa` is not the start of an allocated table.
  mutating func free(pa: UInt64) -> Bool {
    guard let slot = slot(of: pa), states[slot] == .table else { return false }
    let count = slotsOfTable(at: slot)
    for index in slot..<slot + count { states[index] = .freed }
    sanitizer.poison(memory + slot * Self.slotSize, count * Self.slotSize)
    return true
  }

  /// The slot that starts at `pa`, when it was handed out in this scenario.
  public func slot(of pa: UInt64) -> Int? {
    let offset = pa &- Self.base
    guard offset < UInt64(used * Self.slotSize), offset % UInt64(Self.slotSize) == 0 else {
      return nil
    }
    return Int(offset) / Self.slotSize
  }

  /// How many slots the table that starts at `slot` takes.
  public func slotsOfTable(at slot: Int) -> Int {
    var end = slot + 1
    while end < used, states[end] == .continuation { end += 1 }
    return end - slot
  }

  /// Whether words at `slot` may be read: it belongs to a table that is allocated.
  @inline(__always)
  public func isLive(_ slot: Int) -> Bool {
    states[slot] == .table || states[slot] == .continuation
  }

  /// The first slots of all tables that are allocated.
  var tables: some Sequence<Int> {
    let states = states
    return (0..<used).lazy.filter { states[$0] == .table }
  }

  /// The physical address of a slot.
  static func address(ofSlot slot: Int) -> UInt64 { base + UInt64(slot * slotSize) }

  /// The words of one slot.
  @inline(__always)
  public func words(_ slot: Int) -> UnsafeMutablePointer<UInt64> {
    (memory + slot * Self.slotSize).assumingMemoryBound(to: UInt64.self)
  }

  /// Back to the beginning: all slots untouched and zero.
  mutating func reset() {
    let bytes = used * Self.slotSize
    sanitizer.unpoison(memory, bytes)
    let kept = min(bytes, Self.keptSlots * Self.slotSize)
    memset(memory, 0, kept)
    if bytes > kept { madvise(memory + kept, bytes - kept, MADV_DONTNEED) }
    for slot in 0..<used { states[slot] = .untouched }
    used = 0
  }
}

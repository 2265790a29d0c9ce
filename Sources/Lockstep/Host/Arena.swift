// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import SubjectABI

/// Table memory of one subject, laid out as TRACE.md says: slot N is at physical address
/// 0x800000000 + N × 0x1000. Freed slots are never handed out again, but where ``reuse`` says so; a
/// subject touches no other memory than its tables. How what it does touch is noticed, ``scrutiny`` says. Where AddressSanitizer is
/// present, all but the tables is poisoned too.
public struct Arena: ~Copyable {
  /// The physical address of slot 0.
  public static let base = ArenaLayout.base
  /// Bytes of a slot, the smallest table.
  public static let slotSize = ArenaLayout.slotSize
  /// Slots of an arena.
  public static let slotCount = ArenaLayout.slotCount
  /// One past the last byte's physical address.
  static let end = base + UInt64(slotCount * slotSize)
  /// So many slots stay in memory from one scenario to the next: writing zeros costs far less than
  /// new pages do. The rest goes back.
  static let keptSlots = 4096
  /// When the open slots are used up, so many are opened beyond the table that is handed out.
  static let slotsAhead = 24
  /// How often a light scrutiny looks at everything.
  static let scenariosBetweenLooks: UInt = 256
  /// So many freed tables are closed, where it is exact: a process has some 65000 pieces of memory at
  /// most, and each of these makes two.
  static let closedTables = 4096
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

  /// One state a slot, valid below ``used``.
  public let states: UnsafeMutablePointer<Slot>
  /// Slots handed out or passed over so far.
  public private(set) var used = 0
  private let mapping = ArenaMapping()
  private let sanitizer: AddressSanitizer
  /// Slots below are open, where it is not exact.
  private var openSlots = 0
  /// Scenarios that ended under ``Scrutiny/light``.
  private var scenarios: UInt = 0
  /// Freed tables that are closed.
  private var closedCount = 0
  /// The open slots that were not handed out were seen to be zero, and nothing has run since.
  private var isRestClean = false
  /// Freed slots that are handed out again; nil: none ever.
  private var reuse: SlotReuse?

  /// Reserves the memory; ends the process when there is no room for it.
  public init() {
    states = .allocate(capacity: Self.slotCount)
    states.initialize(repeating: .untouched, count: Self.slotCount)
    sanitizer = AddressSanitizer()
    sanitizer.poison(mapping.memory, ArenaMapping.size)
    openFirstSlots()
  }

  deinit {
    sanitizer.unpoison(mapping.memory, ArenaMapping.size)
    states.deallocate()
  }

  /// Where slot 0 is.
  public var memory: UnsafeMutableRawPointer { mapping.memory }

  /// How closely a subject is watched.
  enum Scrutiny {
    /// Little is closed, and of the open slots that were not handed out two are looked at when a
    /// scenario ends, and all of them every so many scenarios: for our own subjects where speed counts.
    case light
    /// Some slots are open before they are handed out; all of them are looked at when the scenario ends.
    case whole
    /// The same with fewer slots open, which is less to look at: for domains on which nothing is run.
    case opening
    /// Only tables are open, so that each touch of anything else, by reading too, is noted at once. It
    /// costs a call of the system for each table.
    case exact
  }

  /// Changed between scenarios only.
  var scrutiny = Scrutiny.whole {
    didSet { if scrutiny != oldValue { openFirstSlots() } }
  }

  @inline(__always)
  var isExact: Bool { scrutiny == .exact }

  private mutating func openFirstSlots() {
    let count = slotsAtStart
    if count == openSlots { return }
    if count > openSlots {
      mapping.open(openSlots..<count)
    } else {
      mapping.close(count..<openSlots)
    }
    openSlots = count
  }

  private var slotsAtStart: Int {
    switch scrutiny {
    case .light: 512
    case .whole: 20
    case .opening: 2
    case .exact: 0
    }
  }

  /// Hands out a zeroed table of `bytes` (a power of two of at least one slot), aligned to its
  /// size; nil when the slots are used up.
  mutating func allocate(bytes: UInt64) -> UInt64? {
    let slots = Int(bytes) / Self.slotSize
    if slots == 1, used >= SlotReuse.begin, let slot = reuse?.take() {
      states[slot] = .table
      sanitizer.unpoison(words(slot), Self.slotSize)
      memset(words(slot), 0, Self.slotSize)
      return Self.address(ofSlot: slot)
    }
    let first = (used + slots - 1) & ~(slots - 1)
    let end = first + slots
    guard end <= Self.slotCount else { return nil }
    for slot in used..<first { states[slot] = .skipped }
    states[first] = .table
    for slot in first + 1..<end { states[slot] = .continuation }
    used = end
    if end > openSlots { open(first..<end) }
    sanitizer.unpoison(words(first), slots * Self.slotSize)
    return Self.address(ofSlot: first)
  }

  private mutating func open(_ slots: Range<Int>) {
    guard !isExact else { return mapping.open(slots) }
    let end = min(Self.slotCount, slots.upperBound + Self.slotsAhead)
    mapping.open(openSlots..<end)
    openSlots = end
  }

  /// Takes a table back. False when `pa` is not the start of an allocated table.
  mutating func free(pa: UInt64) -> Bool {
    guard let slot = slot(of: pa), states[slot] == .table else { return false }
    let count = slotsOfTable(at: slot)
    for index in slot..<slot + count { states[index] = .freed }
    if count == 1 { reuse?.add(slot) }
    sanitizer.poison(words(slot), count * Self.slotSize)
    if isExact, closedCount < Self.closedTables, mapping.close(slot..<slot + count) {
      closedCount += 1
    }
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
  static func address(ofSlot slot: Int) -> UInt64 { ArenaLayout.address(ofSlot: slot) }

  /// The words of one slot.
  @inline(__always)
  public func words(_ slot: Int) -> UnsafeMutablePointer<UInt64> {
    (memory + slot * Self.slotSize).assumingMemoryBound(to: UInt64.self)
  }

  /// Back to the beginning: all slots untouched and zero, whatever the subject did to them.
  /// `isCleared`: those that were used are zero already.
  mutating func reset(isCleared: Bool) {
    if mapping.isTouched {
      sanitizer.unpoison(memory, ArenaMapping.size)
      mapping.wipe()
      openSlots = 0
      sanitizer.poison(memory, ArenaMapping.size)
      openFirstSlots()
    } else {
      clear(from: isCleared ? used : 0)
    }
    states.update(repeating: .untouched, count: used)
    used = 0
    closedCount = 0
    isRestClean = false
    reuse?.removeAll()
  }

  /// From now on freed slots are handed out again, when many were: for runs that have no end. Which
  /// table had a slot when, only the order of allocations says then.
  mutating func reuseSlots() { if reuse == nil { reuse = SlotReuse() } }

  private mutating func clear(from first: Int) {
    openForHarness()
    let end = isRestClean || scrutiny == .light ? used : max(used, openSlots)
    sanitizer.unpoison(memory, end * Self.slotSize)
    let kept = min(end, Self.keptSlots)
    if first < kept { memset(words(first), 0, (kept - first) * Self.slotSize) }
    if end > kept { madvise(words(kept), (end - kept) * Self.slotSize, MADV_DONTNEED) }
    sanitizer.poison(memory, end * Self.slotSize)
    if isExact { mapping.close(0..<used) } else { openFirstSlots() }
  }

  // MARK: What was touched

  /// Whether memory was touched that was closed.
  @inline(__always)
  var isTouched: Bool { mapping.isTouched }

  /// The first such touch.
  var touch: Trespass? {
    mapping.touch.map { Trespass(access: $0.access, place: place(of: $0.pa), pa: $0.pa) }
  }

  /// What is at an address where no table is.
  func place(of pa: UInt64) -> Trespass.Place {
    guard let slot = ArenaLayout.slot(of: pa) else {
      return pa < Self.base ? .beforeMemory : .pastMemory
    }
    if slot < used, states[slot] == .freed { return .freedTable }
    if slot > 0, slot <= used, states[slot - 1] != .skipped {
      return .pastTable(end: Self.address(ofSlot: slot))
    }
    return .unallocated
  }

  /// Opens what was used for the harness's own look at it, when the subject is closed.
  func openForHarness() {
    if isExact { mapping.open(0..<used) }
    sanitizer.unpoison(memory, used * Self.slotSize)
  }

  /// The first word that is not zero in open slots which were not handed out: asked when nothing runs
  /// any more until ``reset(isCleared:)``.
  mutating func strayWord() -> Trespass? {
    var end = openSlots
    if scrutiny == .light {
      scenarios &+= 1
      if scenarios % Self.scenariosBetweenLooks != 0 { end = min(end, used + 2) }
    }
    guard used < end else { return nil }
    let start = words(used)
    let bytes = (end - used) * Self.slotSize
    sanitizer.unpoison(start, bytes)
    defer { sanitizer.poison(start, bytes) }
    if start.pointee == 0, memcmp(start, start + 1, bytes - 8) == 0 {
      isRestClean = true
      return nil
    }
    let index = (0..<bytes / 8).first { start[$0] != 0 }!
    let pa = Self.address(ofSlot: used) + UInt64(index * 8)
    defer { memset(start, 0, bytes) }
    return Trespass(access: .write, place: place(of: pa), pa: pa, found: start[index])
  }
}

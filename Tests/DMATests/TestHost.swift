// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A host with a small arena, without the optional services. The ABI's host comes first, so that a
/// pointer to it is a pointer to this.
struct TestHost {
  /// IOPT_ARENA_BASE
  private static let arenaBase: UInt64 = 0x8_0000_0000

  var host = iopt_host()
  private var usedSlots = 0
  private var slots: Int
  private var queueAllocations: Int

  static func make(slots: Int, queueAllocations: Int) -> UnsafeMutablePointer<TestHost> {
    let made = UnsafeMutablePointer<TestHost>.allocate(capacity: 1)
    made.initialize(to: TestHost(slots: slots, queueAllocations: queueAllocations))
    let arena = UnsafeMutableRawPointer.allocate(byteCount: slots << 12, alignment: 4096)
    arena.initializeMemory(as: UInt8.self, repeating: 0, count: slots << 12)
    made.pointee.host.arena = arena.assumingMemoryBound(to: UInt8.self)
    made.pointee.host.log = makeLog()
    made.pointee.host.size = UInt32(MemoryLayout<iopt_host>.size)
    made.pointee.host.abi_version = UInt32(IOPT_ABI_VERSION)
    made.pointee.host.alloc_table = { host, bytes in TestHost.of(host!).pointee.allocate(bytes) }
    made.pointee.host.free_table = { host, table in iopt_log1(host!.pointee.log, 3, table) }
    made.pointee.host.alloc_queue = { host in TestHost.of(host!).pointee.allocateQueue() }
    return made
  }

  static func destroy(_ host: UnsafeMutablePointer<TestHost>) {
    host.pointee.host.log.pointee.words.deallocate()
    host.pointee.host.log.deallocate()
    host.pointee.host.arena.deallocate()
    host.deallocate()
  }

  private init(slots: Int, queueAllocations: Int) {
    self.slots = slots
    self.queueAllocations = queueAllocations
  }

  /// What the DMA layer and the driver's flushes have logged since the last call.
  mutating func takeRecords() -> [DMARecord] {
    var records: [DMARecord] = []
    let log = host.log!
    var index = 0
    while index < Int(log.pointee.count) {
      let header = log.pointee.words[index]
      let arguments = UnsafeBufferPointer(
        start: log.pointee.words + index + 1, count: Int(header >> 32))
      if let record = DMARecord(UInt32(truncatingIfNeeded: header), arguments) {
        records.append(record)
      }
      index += 1 + arguments.count
    }
    log.pointee.count = 0
    return records
  }

  private static func of(_ host: UnsafeMutablePointer<iopt_host>) -> UnsafeMutablePointer<TestHost>
  {
    UnsafeMutableRawPointer(host).assumingMemoryBound(to: TestHost.self)
  }

  private static func makeLog() -> UnsafeMutablePointer<iopt_log> {
    let capacity = 1 << 16
    let log = UnsafeMutablePointer<iopt_log>.allocate(capacity: 1)
    log.initialize(to: iopt_log())
    log.pointee.words = .allocate(capacity: capacity)
    log.pointee.capacity = UInt64(capacity)
    log.pointee.grow = { _, _ in fatalError("an operation logs more than the tests expect") }
    return log
  }

  private mutating func allocate(_ bytes: UInt64) -> UInt64 {
    precondition(bytes == 1 << IOPT_SLOT_LG2 && usedSlots < slots)
    let table = TestHost.arenaBase + UInt64(usedSlots) << 12
    usedSlots += 1
    iopt_log2(host.log, IOPT_EVENT_ALLOC.rawValue, table, bytes)
    return table
  }

  private mutating func allocateQueue() -> UInt32 {
    if queueAllocations == 0 { return 0 }
    queueAllocations -= 1
    return 1
  }
}

extension DMARecord {
  init?(_ kind: UInt32, _ arguments: UnsafeBufferPointer<UInt64>) {
    switch iopt_event(rawValue: kind) {
    case IOPT_EVENT_IOVA_ALLOC: self = .allocated(arguments[0], arguments[1])
    case IOPT_EVENT_IOVA_NONE: self = .noIOVA(arguments[0])
    case IOPT_EVENT_IOVA_FREE: self = .freed(arguments[0])
    case IOPT_EVENT_QUEUE: self = .queued(ring: arguments[0], counter: arguments[3])
    case IOPT_EVENT_TIMER_ON: self = .armed(arguments[0])
    case IOPT_EVENT_TIMER_FIRE: self = .fired(arguments[0])
    case IOPT_EVENT_DEPOT_WORK: self = .depotWork(arguments[0])
    case IOPT_EVENT_FLUSH_ALL: self = .flushed
    case IOPT_EVENT_SYNC: self = .synced
    case IOPT_EVENT_SKIP: self = .skipped
    case IOPT_EVENT_RET: self = .returned(arguments[0])
    default: return nil
    }
  }
}

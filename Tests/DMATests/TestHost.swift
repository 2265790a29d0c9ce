// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A host with a small arena. The ABI's host comes first, so that a pointer to it is a pointer to
/// this.
struct TestHost {
  /// IOPT_ARENA_BASE
  private static let arenaBase: UInt64 = 0x8_0000_0000
  private static let slots = 1024

  var host = iopt_host()
  /// The Nth allocation from now fails; 0: none does.
  var allocationsToFailure = 0
  private(set) var liveTables = 0
  /// What another virtual CPU does at the first such point, once.
  private var interruption: (point: UInt32, work: () -> Void)?
  private var usedSlots = 0
  private var queueAllocations: Int

  static func make(
    queueAllocations: Int, listening: Listening
  ) -> UnsafeMutablePointer<TestHost> {
    let made = UnsafeMutablePointer<TestHost>.allocate(capacity: 1)
    made.initialize(to: TestHost(queueAllocations: queueAllocations))
    let arena = UnsafeMutableRawPointer.allocate(byteCount: slots << 12, alignment: 4096)
    arena.initializeMemory(as: UInt8.self, repeating: 0, count: slots << 12)
    made.pointee.host.arena = arena.assumingMemoryBound(to: UInt8.self)
    made.pointee.host.log = makeLog()
    made.pointee.host.size = UInt32(MemoryLayout<iopt_host>.size)
    made.pointee.host.abi_version = UInt32(IOPT_ABI_VERSION)
    made.pointee.host.alloc_table = { host, bytes in TestHost.of(host!).pointee.allocate(bytes) }
    made.pointee.host.free_table = { host, table in TestHost.of(host!).pointee.free(table) }
    made.pointee.host.alloc_queue = { host in TestHost.of(host!).pointee.allocateQueue() }
    listening.install(on: &made.pointee.host)
    return made
  }

  /// Runs `work` when the subject comes to `point`, in the middle of its operation. Only on a host
  /// that `canInterrupt`.
  mutating func interrupt(at point: iopt_point, _ work: @escaping () -> Void) {
    precondition(host.yield != nil)
    interruption = (point.rawValue, work)
  }

  /// Lets the subject say where it is.
  mutating func canInterrupt() {
    host.yield = { host, point in
      let own = TestHost.of(host!)
      guard let interruption = own.pointee.interruption, interruption.point == point else { return }
      own.pointee.interruption = nil
      interruption.work()
    }
  }

  static func destroy(_ host: UnsafeMutablePointer<TestHost>) {
    host.pointee.host.log.pointee.words.deallocate()
    host.pointee.host.log.deallocate()
    host.pointee.host.arena.deallocate()
    host.deinitialize(count: 1)
    host.deallocate()
  }

  private init(queueAllocations: Int) { self.queueAllocations = queueAllocations }

  /// What was logged since the last call.
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
    if allocationsToFailure > 0 {
      allocationsToFailure -= 1
      if allocationsToFailure == 0 {
        iopt_log0(host.log, IOPT_EVENT_ALLOC_FAIL.rawValue)
        return 0
      }
    }
    precondition(bytes == 1 << IOPT_SLOT_LG2 && usedSlots < TestHost.slots)
    let table = TestHost.arenaBase + UInt64(usedSlots) << 12
    usedSlots += 1
    liveTables += 1
    iopt_log2(host.log, IOPT_EVENT_ALLOC.rawValue, table, bytes)
    return table
  }

  private mutating func free(_ table: UInt64) {
    liveTables -= 1
    iopt_log1(host.log, IOPT_EVENT_FREE.rawValue, table)
  }

  private mutating func allocateQueue() -> UInt32 {
    if queueAllocations == 0 { return 0 }
    queueAllocations -= 1
    return 1
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// A host with the scheduler's services by address. At one of their calls, by its number, it lets
/// another virtual CPU enter, unless a lock is held there: that one would have to wait.
final class EnteringHost {
  /// The services come first: a callback finds the rest from the pointer it is handed.
  private struct Block {
    var services = iopt_host()
    var log = iopt_log()
    var owner: Unmanaged<EnteringHost>
  }

  private let block: UnsafeMutablePointer<Block>
  private let memory: UnsafeMutableRawPointer
  private static let arenaBytes = Int(IOPT_SLOT_COUNT) << Int(IOPT_SLOT_LG2)
  private var usedSlots: UInt64 = 0
  private(set) var liveTables = 0
  private(set) var locksHeld: Set<UnsafeRawPointer> = []
  /// Calls of a service so far, in the operation at hand, and those of each kind.
  private(set) var calls = 0
  private(set) var kinds: Set<String> = []
  /// Before which call another CPU enters, and what it does. Once.
  var entersAt = Int.max
  var enter: () -> Void = {}
  /// Whether it did.
  private(set) var hasEntered = false

  init() {
    memory = mmap(
      nil, Self.arenaBytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    block = .allocate(capacity: 1)
    block.initialize(to: Block(owner: Unmanaged.passUnretained(self)))
    let log = UnsafeMutableRawPointer(block).advanced(by: MemoryLayout<Block>.offset(of: \.log)!)
      .assumingMemoryBound(to: iopt_log.self)
    log.pointee.words = .allocate(capacity: 1 << 16)
    log.pointee.capacity = 1 << 16
    log.pointee.grow = { _, _ in fatalError("these tests log little") }
    services.pointee.size = UInt32(MemoryLayout<iopt_host>.size)
    services.pointee.abi_version = UInt32(IOPT_ABI_VERSION)
    services.pointee.arena = memory.assumingMemoryBound(to: UInt8.self)
    services.pointee.log = log
    setMemory()
    setNumbered()
    setByAddress()
  }

  deinit {
    munmap(memory, Self.arenaBytes)
    block.pointee.log.words.deallocate()
    block.deallocate()
  }

  var services: UnsafeMutablePointer<iopt_host> {
    UnsafeMutableRawPointer(block).assumingMemoryBound(to: iopt_host.self)
  }

  /// What was logged since the last call.
  func takeWords() -> [UInt64] {
    defer { block.pointee.log.count = 0 }
    return Array(
      UnsafeBufferPointer(start: block.pointee.log.words, count: Int(block.pointee.log.count)))
  }

  /// Another operation begins.
  func begin(enteringAt number: Int) {
    (calls, entersAt, hasEntered) = (0, number, false)
  }

  private static func of(_ host: UnsafeMutablePointer<iopt_host>?) -> EnteringHost {
    UnsafeMutableRawPointer(host!).assumingMemoryBound(to: Block.self).pointee.owner
      .takeUnretainedValue()
  }

  private func serve(_ kind: String) {
    kinds.insert(kind)
    calls += 1
    guard calls >= entersAt, locksHeld.isEmpty else { return }
    entersAt = .max
    hasEntered = true
    enter()
  }

  private func setMemory() {
    services.pointee.alloc_table = { host, bytes in
      let own = EnteringHost.of(host)
      let pa = UInt64(0x8_0000_0000) + own.usedSlots << 12
      own.usedSlots += (bytes + 0xfff) >> 12
      own.liveTables += 1
      iopt_log2(host!.pointee.log, IOPT_EVENT_ALLOC.rawValue, pa, bytes)
      return pa
    }
    services.pointee.free_table = { host, pa in
      EnteringHost.of(host).liveTables -= 1
      iopt_log1(host!.pointee.log, IOPT_EVENT_FREE.rawValue, pa)
    }
    services.pointee.alloc_queue = { _ in 1 }
  }

  /// Those of version 1, which code with addresses does not call.
  private func setNumbered() {
    services.pointee.yield = { host, _ in EnteringHost.of(host).serve("yield") }
    services.pointee.lock = { _, _, _ in fatalError("lock by number") }
    services.pointee.unlock = { _, _, _ in fatalError("unlock by number") }
    services.pointee.load = { _, _, _, _ in fatalError("load by number") }
    services.pointee.store = { _, _, _, _, _ in fatalError("store by number") }
    services.pointee.compare_exchange = { _, _, _, _, _, _ in fatalError("exchange by number") }
  }

  private func setByAddress() {
    services.pointee.lock_at = { host, _, address in
      let own = EnteringHost.of(host)
      own.serve("lock")
      precondition(own.locksHeld.insert(address!).inserted, "a lock is taken twice")
    }
    services.pointee.unlock_at = { host, _, address in
      let own = EnteringHost.of(host)
      precondition(own.locksHeld.remove(address!) != nil, "a lock is left that nobody holds")
      own.serve("unlock")
    }
    services.pointee.load_at = { host, _, address, bytes, _ in
      EnteringHost.of(host).serve("load")
      var value: UInt64 = 0
      memcpy(&value, address!, Int(bytes))
      return value
    }
    services.pointee.store_at = { host, _, address, bytes, value, _ in
      EnteringHost.of(host).serve("store")
      withUnsafeBytes(of: value) { _ = memcpy(address!, $0.baseAddress!, Int(bytes)) }
    }
    services.pointee.compare_exchange_at = { host, _, address, bytes, expected, desired, _ in
      EnteringHost.of(host).serve("exchange")
      var found: UInt64 = 0
      memcpy(&found, address!, Int(bytes))
      if found == expected {
        withUnsafeBytes(of: desired) { _ = memcpy(address!, $0.baseAddress!, Int(bytes)) }
      }
      return found
    }
    services.pointee.fence = { host, _ in EnteringHost.of(host).serve("fence") }
  }
}

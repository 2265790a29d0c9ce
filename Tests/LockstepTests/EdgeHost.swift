// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// A host of another version than ours: its struct has as many bytes as one says.
final class EdgeHost {
  private let services: EdgeStruct<iopt_host>
  private let memory: UnsafeMutableRawPointer
  private let log: UnsafeMutablePointer<iopt_log>
  private static let slots = 256
  private var usedSlots = 0
  private(set) var liveTables = 0

  init(size: Int, version: UInt32 = IOPT_ABI_VERSION) {
    log = .allocate(capacity: 1)
    log.initialize(to: iopt_log())
    log.pointee.words = .allocate(capacity: 4096)
    log.pointee.capacity = 4096
    log.pointee.grow = { _, _ in fatalError("these tests log little") }
    log.pointee.stores = 1
    memory = mmap(
      nil, Self.slots << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    var host = iopt_host()
    host.size = UInt32(size)
    host.abi_version = version
    host.arena = memory.assumingMemoryBound(to: UInt8.self)
    host.log = log
    host.alloc_table = { host, _ in EdgeHost.of(host).allocate() }
    host.free_table = { host, pa in EdgeHost.of(host).free(pa) }
    host.alloc_queue = { _ in 1 }
    services = EdgeStruct(host, size: size)
    services.context.storeBytes(
      of: Unmanaged.passUnretained(self).toOpaque(), as: UnsafeMutableRawPointer.self)
  }

  deinit {
    munmap(memory, Self.slots << 12)
    log.pointee.words.deallocate()
    log.deallocate()
  }

  var pointer: UnsafeMutablePointer<iopt_host> { services.pointer }

  /// What was logged since the last call.
  func takeWords() -> [UInt64] {
    let words = Array(
      UnsafeBufferPointer(start: log.pointee.words, count: Int(log.pointee.count)))
    log.pointee.count = 0
    return words
  }

  private static func of(_ host: UnsafeMutablePointer<iopt_host>?) -> EdgeHost {
    let context = UnsafeMutableRawPointer(host!) - MemoryLayout<UnsafeRawPointer>.size
    return Unmanaged<EdgeHost>.fromOpaque(context.load(as: UnsafeMutableRawPointer.self))
      .takeUnretainedValue()
  }

  private func allocate() -> UInt64 {
    precondition(usedSlots < Self.slots)
    let pa = 0x8_0000_0000 + UInt64(usedSlots) << 12
    usedSlots += 1
    liveTables += 1
    iopt_log2(log, IOPT_EVENT_ALLOC.rawValue, pa, 0x1000)
    return pa
  }

  private func free(_ pa: UInt64) {
    liveTables -= 1
    iopt_log1(log, IOPT_EVENT_FREE.rawValue, pa)
  }
}

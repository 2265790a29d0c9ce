// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI
import Testing

/// A kernel tree's code on virtual CPUs: a host that has the scheduler's services by address lets another
/// one enter at any of their calls at which no lock is held.
@Suite struct KernelVirtualCPUTests {
  private static let linux = FetchedTree("7.3")

  /// Built and loaded once.
  nonisolated(unsafe) private static let plugin = Result { try load() }

  private static func load() throws -> UnsafePointer<iopt_subject> {
    let scratch = try ScratchFolder()
    let object = scratch("kernel.so")
    let tool = try Tool.iopt("kernel", "build", linux.path, "-o", object)
    try #require(tool.status == 0, "\(tool)")
    let handle = try #require(dlopen(object, RTLD_NOW | RTLD_LOCAL))
    let symbol = try #require(dlsym(handle, IOPT_SUBJECT_SYMBOL))
    return try #require(
      unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<iopt_subject>?).self)())
  }

  /// A domain on such a host.
  private final class Domain {
    let host = EnteringHost()
    private let table: UnsafePointer<iopt_subject>
    private var state: UnsafeMutableRawPointer?

    init(_ change: (inout iopt_config) -> Void) throws {
      table = try plugin.get()
      var config = iopt_config()
      config.size = UInt32(MemoryLayout<iopt_config>.size)
      config.format = IOPT_FORMAT_X86_64.rawValue
      config.features = IOPT_FEATURE_FLUSH_RANGE.rawValue
      (config.va_lg2, config.oa_lg2, config.top) = (48, 52, 3)
      config.pgsizes = .max
      config.kernel = IOPT_KERNEL_7_3.rawValue
      change(&config)
      let status = table.pointee.open(host.services, &config, &state)
      try #require(status == IOPT_DONE.rawValue, "\(status)")
    }

    deinit { table.pointee.close(state) }

    func teardown() { table.pointee.teardown(state) }

    @discardableResult
    func run(_ kind: iopt_op_kind, _ change: (inout iopt_op) -> Void = { _ in }) -> [UInt64] {
      var op = iopt_op()
      op.size = UInt32(MemoryLayout<iopt_op>.size)
      op.kind = kind.rawValue
      op.prot = 3
      op.len = 0x1000
      change(&op)
      let status = table.pointee.run(state, &op)
      #expect(status == IOPT_DONE.rawValue)
      return host.takeWords()
    }

    func map(_ iova: UInt64) { run(IOPT_OP_MAP) { ($0.iova, $0.pa) = (iova, iova) } }

    func lookUp(_ iova: UInt64) -> UInt64 { run(IOPT_OP_IOVA_TO_PHYS) { $0.iova = iova }[1] }
  }

  /// The arguments of the records of one kind.
  private func records(_ kind: iopt_event, in words: [UInt64]) -> [[UInt64]] {
    var (place, found) = (0, [[UInt64]]())
    while place < words.count {
      let count = Int(words[place] >> 32)
      if words[place] & 0xffff_ffff == kind.rawValue {
        found.append(Array(words[place + 1...place + count]))
      }
      place += 1 + count
    }
    return found
  }

  /// Two CPUs map neighbours for which there are no tables yet: whoever comes second to a place takes
  /// the other's table, and gives its own back.
  @Test(.enabled(if: linux.isThere, linux.needs))
  func anotherMapMayEnterAtAnyWord() throws {
    var entered = 0
    for number in 1...200 {
      let domain = try Domain { _ in }
      domain.host.begin(enteringAt: number)
      domain.host.enter = { domain.map(0x2000) }
      domain.map(0x1000)
      guard domain.host.hasEntered else { break }
      entered += 1
      domain.host.begin(enteringAt: .max)
      #expect(domain.lookUp(0x1000) == 0x1000 && domain.lookUp(0x2000) == 0x2000, "\(number)")
      #expect(domain.host.liveTables == 4, "\(number)")
      #expect(domain.host.locksHeld.isEmpty)
    }
    // At least before each of the three tables is installed.
    #expect(entered >= 3)
  }

  /// A buffer's unmap on CPU 0 queues on CPU 0's ring, whatever another CPU did meanwhile.
  @Test(.enabled(if: linux.isThere, linux.needs))
  func anotherUnmapMayEnterAtAnyLockOrWordAndTheFirstGoesOnOnItsOwnCPU() throws {
    var (entered, kinds) = (0, Set<String>())
    for number in 1...400 {
      let domain = try Domain {
        ($0.has_dma, $0.dma.queue, $0.dma.mode) = (1, 0, IOPT_DMA_FQ.rawValue)
        ($0.dma.cpus, $0.dma.ring_size, $0.dma.timeout) = (2, 4, 10)
        $0.dma.limit = 0xffff_ffff
      }
      domain.host.begin(enteringAt: .max)
      for handle: UInt32 in 0...1 {
        domain.run(IOPT_OP_DMA_MAP) { ($0.handle, $0.pa, $0.cpu) = (handle, 0x10000, handle) }
      }
      domain.host.begin(enteringAt: number)
      var other: [UInt64] = []
      domain.host.enter = {
        let first = domain.host.takeWords()
        other = first + domain.run(IOPT_OP_DMA_UNMAP) { ($0.handle, $0.cpu) = (1, 1) }
      }
      let rest = domain.run(IOPT_OP_DMA_UNMAP) { ($0.handle, $0.cpu) = (0, 0) }
      guard domain.host.hasEntered else { break }
      entered += 1
      let queued = records(IOPT_EVENT_QUEUE, in: other + rest)
      #expect(Set(queued.map { $0[0] }) == [0, 1] && queued.count == 2, "\(number): \(queued)")
      #expect(Set(queued.map { $0[1] }).count == 2, "\(number): \(queued)")
      domain.host.begin(enteringAt: .max)
      let given = records(IOPT_EVENT_IOVA_FREE, in: domain.run(IOPT_OP_TICK) { $0.len = 100 })
      #expect(given.count == 2, "\(number): \(given)")
      domain.teardown()
      #expect(domain.host.liveTables == 0 && domain.host.locksHeld.isEmpty, "\(number)")
      kinds.formUnion(domain.host.kinds)
    }
    #expect(entered > 5)
    #expect(kinds.isSuperset(of: ["lock", "unlock", "load", "exchange", "yield"]), "\(kinds)")
  }
}

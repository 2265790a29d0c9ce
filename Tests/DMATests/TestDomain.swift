// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What a test's domain is like where it differs from RISC-V Sv39 with one CPU, a queue of 8 entries
/// that is in force, a timeout of 10 ms and no limit.
struct TestSettings {
  var queue = IOPT_QUEUE_PERCPU
  var cpus: UInt32 = 1
  var size: UInt32 = 8
  var timeout: UInt64 = 10
  var mode = IOPT_DMA_FQ
  var limit: UInt64 = .max
  var pci32 = false
  /// AMDv1 that starts with three levels and grows.
  var grows = false
  /// How many queues may be allocated.
  var queueAllocations = Int.max
  /// Whether operations can be interrupted. Not together with `listening`.
  var interrupts = false
  /// What the host hears and logs.
  var listening: Listening = []

  var configuration: iopt_config {
    var configuration = iopt_config()
    configuration.size = UInt32(MemoryLayout<iopt_config>.size)
    if grows {
      configuration.format = IOPT_FORMAT_AMDV1.rawValue
      configuration.features =
        IOPT_FEATURE_DYNAMIC_TOP.rawValue | IOPT_FEATURE_FLUSH_RANGE.rawValue
        | IOPT_FEATURE_AMDV1_ENCRYPT_TABLES.rawValue | IOPT_FEATURE_AMDV1_FORCE_COHERENCE.rawValue
      configuration.va_lg2 = 64
      configuration.oa_lg2 = 52
      configuration.top = 2
    } else {
      configuration.format = IOPT_FORMAT_RISCV_64.rawValue
      configuration.features =
        IOPT_FEATURE_SIGN_EXTEND.rawValue | IOPT_FEATURE_FLUSH_RANGE.rawValue
      configuration.va_lg2 = 39
      configuration.oa_lg2 = 56
    }
    configuration.pgsizes = .max
    configuration.has_dma = 1
    configuration.dma = iopt_dma_config(
      queue: queue.rawValue, mode: mode.rawValue, cpus: cpus, ring_size: size, timeout: timeout,
      limit: limit, pci32: pci32 ? 1 : 0, reserved: 0)
    return configuration
  }
}

/// A domain of one subject with the DMA layer, on a host of its own. Buffers are whole pages unless
/// a test says otherwise; a handle's memory lies at 2 GiB plus 4 MiB for each handle, at an odd page,
/// so that it takes 4 KiB leaves.
final class TestDomain {
  static let mappingError = UInt64.max
  static let noMemory = UInt64(bitPattern: -12)

  private let subject: UnsafePointer<iopt_subject>
  private let host: UnsafeMutablePointer<TestHost>
  private var state: UnsafeMutableRawPointer?

  init(_ subject: TestSubject, _ change: (inout TestSettings) -> Void = { _ in }) {
    var settings = TestSettings()
    change(&settings)
    self.subject = subject.table
    host = TestHost.make(
      queueAllocations: settings.queueAllocations, listening: settings.listening)
    if settings.interrupts { host.pointee.canInterrupt() }
    var configuration = settings.configuration
    let status = self.subject.pointee.open(&host.pointee.host, &configuration, &state)
    precondition(status == IOPT_DONE.rawValue)
    _ = host.pointee.takeRecords()
  }

  deinit {
    subject.pointee.close(state)
    TestHost.destroy(host)
  }

  /// Tables that are allocated now.
  var liveTables: Int { host.pointee.liveTables }

  /// Lets the Nth allocation of a table from now fail.
  func failAllocation(_ countdown: Int) { host.pointee.allocationsToFailure = countdown }

  /// Runs `work`, as another virtual CPU would, when an operation comes to `point` for the first time.
  /// What was logged by then is among the records that the work's first operation returns.
  func interrupt(at point: iopt_point, _ work: @escaping () -> Void) {
    host.pointee.interrupt(at: point, work)
  }

  /// Frees every table, as at the end of a domain's life.
  func teardown() -> [DMARecord] {
    subject.pointee.teardown(state)
    return host.pointee.takeRecords()
  }

  /// Maps whole pages. The records end with the result.
  @discardableResult
  func map(_ handle: UInt32, pages: UInt64 = 1, cpu: UInt32 = 0) -> [DMARecord] {
    map(handle, pa: 0x8000_1000 + UInt64(handle) << 22, length: pages << 12, cpu: cpu)
  }

  @discardableResult
  func map(_ handle: UInt32, pa: UInt64, length: UInt64, cpu: UInt32 = 0) -> [DMARecord] {
    var operation = blank(IOPT_OP_DMA_MAP)
    operation.handle = handle
    operation.pa = pa
    operation.len = length
    operation.dir = IOPT_TO_DEVICE.rawValue
    operation.cpu = cpu
    return run(operation)
  }

  /// Where a new buffer lies; `mappingError` when it could not be mapped.
  func address(_ handle: UInt32, pages: UInt64 = 1, cpu: UInt32 = 0) -> UInt64 {
    guard case .returned(let address) = map(handle, pages: pages, cpu: cpu).last else {
      return TestDomain.mappingError
    }
    return address
  }

  func mapList(_ handle: UInt32, _ pieces: [(pa: UInt64, length: UInt64)]) -> [DMARecord] {
    let list = pieces.map { iopt_piece(pa: $0.pa, len: $0.length) }
    return list.withUnsafeBufferPointer { list in
      var operation = blank(IOPT_OP_DMA_MAP_SG)
      operation.handle = handle
      operation.dir = IOPT_BIDIRECTIONAL.rawValue
      operation.pieces = list.baseAddress
      operation.piece_count = UInt64(list.count)
      return run(operation)
    }
  }

  @discardableResult
  func unmap(_ handle: UInt32, cpu: UInt32 = 0) -> [DMARecord] {
    var operation = blank(IOPT_OP_DMA_UNMAP)
    operation.handle = handle
    operation.cpu = cpu
    return run(operation)
  }

  func relax() -> [DMARecord] { run(blank(IOPT_OP_RELAX)) }

  @discardableResult
  func tick(_ milliseconds: UInt64) -> [DMARecord] {
    var operation = blank(IOPT_OP_TICK)
    operation.len = milliseconds
    return run(operation)
  }

  func reserve(_ iova: UInt64, _ length: UInt64) {
    var operation = blank(IOPT_OP_RESERVE)
    operation.iova = iova
    operation.len = length
    _ = run(operation)
  }

  func translate(_ iova: UInt64) -> UInt64 {
    var operation = blank(IOPT_OP_IOVA_TO_PHYS)
    operation.iova = iova
    guard case .returned(let address) = run(operation).last else { return 0 }
    return address
  }

  private func blank(_ kind: iopt_op_kind) -> iopt_op {
    var operation = iopt_op()
    operation.size = UInt32(MemoryLayout<iopt_op>.size)
    operation.kind = UInt32(kind.rawValue)
    return operation
  }

  private func run(_ operation: iopt_op) -> [DMARecord] {
    var operation = operation
    let status = subject.pointee.run(state, &operation)
    precondition(status == IOPT_DONE.rawValue)
    return host.pointee.takeRecords()
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import SwiftSubject

/// What the tests ask of the log, one case for each kind of record that the DMA layer writes itself.
enum DMARecord: Equatable {
  case allocated(UInt64, UInt64)
  case noIOVA(UInt64)
  case freed(UInt64)
  case queued(ring: UInt64, counter: UInt64)
  case armed(UInt64)
  case fired(UInt64)
  case depotWork(UInt64)
  case flushed
  case synced
  case skipped
  case returned(UInt64)
}

/// A RISC-V Sv39 domain of the Swift subject with the DMA layer, on a host of its own. Buffers are
/// one page; a handle's page lies at 2 GiB plus the handle's number of pages.
final class TestDomain {
  static let mappingError = UInt64.max
  static let noMemory = UInt64(bitPattern: -12)
  private static let slots = 1024

  private let subject = swiftSubject()
  private let host: UnsafeMutablePointer<TestHost>
  private var state: UnsafeMutableRawPointer?

  init(
    queue: iopt_queue_kind = IOPT_QUEUE_PERCPU, cpus: UInt32 = 1, size: UInt32 = 8,
    timeout: UInt64 = 10, mode: iopt_dma_mode = IOPT_DMA_FQ, limit: UInt64 = .max,
    queueAllocations: Int = .max
  ) {
    host = TestHost.make(slots: TestDomain.slots, queueAllocations: queueAllocations)
    var configuration = iopt_config()
    configuration.size = UInt32(MemoryLayout<iopt_config>.size)
    configuration.format = IOPT_FORMAT_RISCV_64.rawValue
    configuration.features =
      IOPT_FEATURE_SIGN_EXTEND.rawValue | IOPT_FEATURE_FLUSH_RANGE.rawValue
    configuration.va_lg2 = 39
    configuration.oa_lg2 = 56
    configuration.pgsizes = .max
    configuration.has_dma = 1
    configuration.dma = iopt_dma_config(
      queue: queue.rawValue, mode: mode.rawValue, cpus: cpus, ring_size: size, timeout: timeout,
      limit: limit, pci32: 0, reserved: 0)
    let status = subject.pointee.open(&host.pointee.host, &configuration, &state)
    precondition(status == IOPT_DONE.rawValue)
    _ = host.pointee.takeRecords()
  }

  deinit {
    subject.pointee.close(state)
    TestHost.destroy(host)
  }

  /// Maps one page. The records end with the result.
  @discardableResult
  func map(_ handle: UInt32, pages: UInt64 = 1, cpu: UInt32 = 0) -> [DMARecord] {
    var operation = iopt_op()
    operation.kind = IOPT_OP_DMA_MAP.rawValue
    operation.handle = handle
    operation.pa = 0x8000_0000 + UInt64(handle) << 12
    operation.len = pages << 12
    operation.dir = IOPT_TO_DEVICE.rawValue
    operation.cpu = cpu
    return run(operation)
  }

  @discardableResult
  func unmap(_ handle: UInt32, cpu: UInt32 = 0) -> [DMARecord] {
    var operation = iopt_op()
    operation.kind = IOPT_OP_DMA_UNMAP.rawValue
    operation.handle = handle
    operation.cpu = cpu
    return run(operation)
  }

  func relax() -> [DMARecord] {
    var operation = iopt_op()
    operation.kind = IOPT_OP_RELAX.rawValue
    return run(operation)
  }

  @discardableResult
  func tick(_ milliseconds: UInt64) -> [DMARecord] {
    var operation = iopt_op()
    operation.kind = IOPT_OP_TICK.rawValue
    operation.len = milliseconds
    return run(operation)
  }

  private func run(_ operation: iopt_op) -> [DMARecord] {
    var operation = operation
    operation.size = UInt32(MemoryLayout<iopt_op>.size)
    let status = subject.pointee.run(state, &operation)
    precondition(status == IOPT_DONE.rawValue)
    return host.pointee.takeRecords()
  }
}

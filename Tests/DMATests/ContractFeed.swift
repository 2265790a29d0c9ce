// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI

/// Shows the contract what a subject might have written. The domain has pages of 4 KiB, addresses
/// and memory of 48 bits, a device that reaches all of it and a timeout of 10 ms.
final class ContractFeed {
  private var contract = DMAContract()
  private let log: UnsafeMutablePointer<iopt_log>
  private var lowered = LoweredScenario()

  init(limit: UInt64 = .max, addressBits: UInt64 = 48) {
    log = .allocate(capacity: 1)
    log.initialize(to: iopt_log())
    log.pointee.words = .allocate(capacity: 256)
    log.pointee.capacity = 256
    var configuration = iopt_config()
    configuration.has_dma = 1
    configuration.dma.limit = limit
    configuration.dma.timeout = 10
    let last = addressBits == 64 ? UInt64.max : (1 << addressBits) - 1
    write(IOPT_EVENT_INFO, 0x1000, 0, last, 0x8_0000_0000, 3, 0, addressBits, 48)
    contract.begin(configuration, view)
    log.pointee.count = 0
  }

  deinit {
    log.pointee.words.deallocate()
    log.deallocate()
  }

  private var view: RecordView {
    RecordView(UnsafeBufferPointer(start: log.pointee.words, count: Int(log.pointee.count)))
  }

  var departures: DMADepartures { contract.departures }

  func write(_ kind: iopt_event, _ arguments: UInt64...) {
    let record = iopt_log_begin(log, kind.rawValue)
    for argument in arguments { iopt_log_word(log, argument) }
    iopt_log_end(log, record)
  }

  /// Ends an operation that wrote what was written since the last one.
  @discardableResult
  func end(_ operation: Operation) -> DMABreach? {
    lowered.removeAll()
    lowered.append(operation)
    defer { log.pointee.count = 0 }
    return contract.observe(lowered.operations, view)
  }

  /// Looks at all buffers where every address of `known` translates as it says, and no other.
  func look(_ known: [UInt64: UInt64]) -> DMABreach? { contract.checkAll { known[$0] ?? 0 } }

  /// Looks at what the last operation was about.
  func lookAtLast(_ known: [UInt64: UInt64]) -> DMABreach? {
    contract.checkLastOperation { known[$0] ?? 0 }
  }

  /// The same, where nothing can be asked.
  func lookUnanswered() -> DMABreach? {
    contract.checkAll { _ in nil } ?? contract.checkLastOperation { _ in nil }
  }

  // MARK: Operations that go well

  @discardableResult
  func map(_ handle: UInt16, at iova: UInt64, pages: UInt64 = 1) -> DMABreach? {
    write(IOPT_EVENT_IOVA_ALLOC, iova, pages << 12)
    write(IOPT_EVENT_RET, iova, 0)
    return end(
      .dmaMap(handle: handle, pa: 0x5000, length: pages << 12, direction: .toDevice, cpu: 0))
  }

  @discardableResult
  func queue(_ handle: UInt16, at iova: UInt64, tables: UInt64...) -> DMABreach? {
    let record = iopt_log_begin(log, IOPT_EVENT_QUEUE.rawValue)
    for word in [0, iova, 0x1000, 0] + tables { iopt_log_word(log, word) }
    iopt_log_end(log, record)
    write(IOPT_EVENT_RET, 0x1000, 0)
    return end(.dmaUnmap(handle: handle, cpu: 0))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import DMA
import PageTable
import SubjectABI

/// A domain that is open: the page table, the DMA layer if there is one, and the four gathers of
/// the scenario language.
struct OpenDomain: ~Copyable {
  private let log: UnsafeMutablePointer<iopt_log>
  /// At an address of its own: the DMA layer keeps it.
  private let domain: UnsafeMutablePointer<PageTableDomain>
  private let layer: UnsafeMutablePointer<DMALayer>?
  private let gathers: UnsafeMutablePointer<Gather>

  private init(
    log: UnsafeMutablePointer<iopt_log>, domain: UnsafeMutablePointer<PageTableDomain>,
    layer: UnsafeMutablePointer<DMALayer>?
  ) {
    self.log = log
    self.domain = domain
    self.layer = layer
    gathers = .allocate(capacity: Self.gatherCount)
    gathers.initialize(repeating: Gather(), count: Self.gatherCount)
  }

  private static let gatherCount = Int(IOPT_GATHER_COUNT)

  deinit {
    if let layer {
      layer.deinitialize(count: 1)
      layer.deallocate()
    }
    domain.deinitialize(count: 1)
    domain.deallocate()
    gathers.deallocate()
  }

  /// Opens a domain; nil with the reason in `result` when that fails.
  static func create(
    _ host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config,
    _ result: inout UInt32
  ) -> UnsafeMutablePointer<OpenDomain>? {
    var status = Status.done
    guard
      let table = PageTableDomain.open(host: host, configuration, status: &status)
    else {
      iopt_log2(host.pointee.log, IOPT_EVENT_RET.rawValue, status.word, 0)
      result = IOPT_FAILED.rawValue
      return nil
    }
    let domain = UnsafeMutablePointer<PageTableDomain>.allocate(capacity: 1)
    domain.initialize(to: table)
    var layer: UnsafeMutablePointer<DMALayer>?
    if configuration.has_dma != 0 {
      do throws(DMALayer.SetUpFailure) {
        layer = try openLayer(host, configuration, domain)
      } catch {
        result = fail(host, error)
        domain.deinitialize(count: 1)
        domain.deallocate()
        return nil
      }
    }
    let open = UnsafeMutablePointer<OpenDomain>.allocate(capacity: 1)
    open.initialize(to: OpenDomain(log: host.pointee.log, domain: domain, layer: layer))
    return open
  }

  private static func openLayer(
    _ host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config,
    _ domain: UnsafeMutablePointer<PageTableDomain>
  ) throws(DMALayer.SetUpFailure) -> UnsafeMutablePointer<DMALayer> {
    let opened = try DMALayer(host: host, configuration: configuration, domain: domain)
    let layer = UnsafeMutablePointer<DMALayer>.allocate(capacity: 1)
    layer.initialize(to: opened)
    return layer
  }

  /// Says how the layer's set-up ended.
  private static func fail(
    _ host: UnsafeMutablePointer<iopt_host>, _ failure: DMALayer.SetUpFailure
  ) -> UInt32 {
    switch failure {
    case .crash: return IOPT_CRASHED.rawValue
    case .noMemory:
      iopt_log2(host.pointee.log, IOPT_EVENT_RET.rawValue, Status.noMemory.word, 0)
      return IOPT_FAILED.rawValue
    }
  }

  /// Frees every table, those that wait on a flush queue included.
  func teardown() {
    layer?.pointee.freeQueuedTables()
    domain.pointee.teardown()
  }

  // MARK: Operations

  /// Done, crashed where the kernel's code would have run away, or refused with nothing done.
  func run(_ operation: UnsafePointer<iopt_op>) -> iopt_status {
    guard operation.pointee.size >= IOPT_OP_SIZE_1 else { return refuse(operation) }
    switch iopt_op_kind(rawValue: operation.pointee.kind) {
    case IOPT_OP_MAP:
      guard operation.pointee.prot <= Ability.protections else { return refuse(operation) }
      let status = domain.pointee.map(
        operation.pointee.iova, to: operation.pointee.pa, length: operation.pointee.len,
        protection: operation.pointee.prot)
      result(status.word, status == .done ? operation.pointee.len : 0)
    case IOPT_OP_MAP_RANGE:
      guard operation.pointee.prot <= Ability.protections else { return refuse(operation) }
      var mapped: UInt64 = 0
      let status = domain.pointee.mapRange(
        operation.pointee.iova, to: operation.pointee.pa, length: operation.pointee.len,
        protection: operation.pointee.prot, mapped: &mapped)
      result(status.word, mapped)
    case IOPT_OP_UNMAP:
      result(domain.pointee.unmap(operation.pointee.iova, length: operation.pointee.len))
    case IOPT_OP_IOVA_TO_PHYS:
      result(domain.pointee.iovaToPhys(operation.pointee.iova))
    case IOPT_OP_SET_DIRTY:
      result(domain.pointee.setDirty(operation.pointee.iova).word)
    case IOPT_OP_GATHER, IOPT_OP_READ_AND_CLEAR_DIRTY:
      guard operation.pointee.gather < IOPT_GATHER_COUNT, operation.pointee.flag <= 1 else {
        return refuse(operation)
      }
      run(operation, on: &gathers[Int(operation.pointee.gather)])
    case IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH:
      guard operation.pointee.gather < IOPT_GATHER_COUNT else { return refuse(operation) }
      run(operation, on: &gathers[Int(operation.pointee.gather)])
    default:
      return runLayer(operation)
    }
    return domain.pointee.hasCrashed ? IOPT_CRASHED : IOPT_DONE
  }

  /// The operations of the DMA layer: kept out of the way of the page table's.
  @inline(never)
  private func runLayer(_ operation: UnsafePointer<iopt_op>) -> iopt_status {
    switch iopt_op_kind(rawValue: operation.pointee.kind) {
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG:
      guard let layer, operation.pointee.dir <= Ability.lastDirection else {
        return refuse(operation)
      }
      if !layer.pointee.run(operation) { return IOPT_CRASHED }
    case IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC,
      IOPT_OP_DMA_IOVA_LINK:
      guard let layer, Ability.knows(operation) else { return refuse(operation) }
      if !layer.pointee.run(operation) { return IOPT_CRASHED }
    case IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK:
      guard let layer, Ability.reaches(operation) else { return refuse(operation) }
      if !layer.pointee.run(operation) { return IOPT_CRASHED }
    case IOPT_OP_DMA_UNMAP, IOPT_OP_RELAX, IOPT_OP_TICK, IOPT_OP_RESERVE,
      IOPT_OP_DMA_UNMAP_PHYS_OR_SG, IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE:
      guard let layer else { return refuse(operation) }
      if !layer.pointee.run(operation) { return IOPT_CRASHED }
    default:
      return refuse(operation)
    }
    return domain.pointee.hasCrashed ? IOPT_CRASHED : IOPT_DONE
  }

  @inline(never)
  private func refuse(_ operation: UnsafePointer<iopt_op>) -> iopt_status {
    Refusal.keep(operation, hasLayer: layer != nil)
    return IOPT_REFUSED
  }

  private func run(_ op: UnsafePointer<iopt_op>, on gather: inout Gather) {
    switch iopt_op_kind(rawValue: op.pointee.kind) {
    case IOPT_OP_GATHER:
      gather = Gather(queued: op.pointee.flag != 0)
    case IOPT_OP_UNMAP_FAST:
      result(domain.pointee.unmapFast(op.pointee.iova, length: op.pointee.len, into: &gather))
    case IOPT_OP_IOTLB_SYNC:
      domain.pointee.sync(&gather)
    case IOPT_OP_FLUSH:
      domain.pointee.flushAll()
      domain.pointee.free(gather.takeTables())
      gather = Gather(queued: gather.queued)
    default:
      let status = domain.pointee.readAndClearDirty(
        op.pointee.iova, length: op.pointee.len, keep: op.pointee.flag != 0, into: &gather)
      result(status.word)
    }
    logGather(gather, number: op.pointee.gather)
  }

  @inline(__always)
  private func result(_ value: UInt64, _ mapped: UInt64 = 0) {
    iopt_log2(log, IOPT_EVENT_RET.rawValue, value, mapped)
  }

  private func logGather(_ gather: Gather, number: UInt32) {
    domain.pointee.logLevels(gather)
    let record = iopt_log_begin(log, IOPT_EVENT_GATHER.rawValue)
    iopt_log_word(log, UInt64(number))
    iopt_log_word(log, gather.start)
    iopt_log_word(log, gather.last)
    iopt_log_word(log, gather.queued ? 1 : 0)
    domain.pointee.logPages(gather.tables)
    iopt_log_end(log, record)
  }
}

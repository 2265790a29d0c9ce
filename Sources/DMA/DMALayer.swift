// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

/// The DMA API on top of a domain: IOVAs are allocated, mapped, unmapped and, on a queued domain,
/// given back only after a flush (drivers/iommu/dma-iommu.c).
///
/// State lies behind pointers and no method holds exclusive access to any of it at a yield point,
/// where another virtual CPU may run an operation of its own on the same layer.
public struct DMALayer: ~Copyable {
  /// DMA_MAPPING_ERROR
  static let mappingError = UInt64.max

  let services: HostServices
  let pages: Pages
  let configuration: iopt_dma_config
  /// The release's.
  let behaviours: Behaviours
  /// Base-2 logarithm of the domain's smallest page, which is the size of a frame.
  let granuleLog2: UInt64
  /// No IOVA lies above: the device's mask or the end of the domain's aperture.
  let lastAddress: UInt64
  let allocator: IOVAAllocator
  let cells = FlushCells()
  let rings: UnsafeMutablePointer<FlushRings>
  let timer: UnsafeMutablePointer<VirtualTimer>
  let handles: UnsafeMutablePointer<HandleTable>
  /// Addresses below 4 GiB are tried first, until that fails once.
  let prefers32: UnsafeMutablePointer<Bool>

  /// Sets the layer up on a domain, which must stay where it is as long as the layer lives. It
  /// crashes when the smallest page is larger than 4 KiB, or there is none: the kernel hits a BUG.
  public init(
    host: UnsafeMutablePointer<iopt_host>, configuration given: borrowing iopt_config,
    domain: UnsafeMutablePointer<PageTableDomain>
  ) throws(SetUpFailure) {
    let configuration = given.dma
    let pages = Pages(domain: domain)
    let granuleLog2 = UInt64(pages.pageSizes.trailingZeroBitCount)
    if granuleLog2 > UInt64(IOPT_SLOT_LG2) { throw .crash }
    let behaviours = Behaviours(given) ?? []
    let magazines = MagazineMaker(given, isLazy: behaviours.contains(.makesMagazinesLazily))
    if !magazines.prepares(cpus: Int(configuration.cpus)) { throw .noMemory }
    self.behaviours = behaviours
    self.pages = pages
    self.granuleLog2 = granuleLog2
    self.configuration = configuration
    services = HostServices(host: host)
    lastAddress = min(configuration.limit, pages.aperture.last)
    // Frame 0 is never handed out: an IOVA of 0 stands for failure.
    allocator = IOVAAllocator(
      services: services, cpus: Int(configuration.cpus),
      start: max(1, pages.aperture.first >> granuleLog2), granuleLog2: granuleLog2,
      magazines: magazines)
    rings = .allocate(capacity: 1)
    rings.initialize(
      to: FlushRings(
        kind: iopt_queue_kind(rawValue: configuration.queue), cpus: Int(configuration.cpus),
        size: configuration.ring_size))
    timer = .allocate(capacity: 1)
    timer.initialize(to: VirtualTimer())
    handles = .allocate(capacity: 1)
    handles.initialize(to: HandleTable())
    prefers32 = .allocate(capacity: 1)
    prefers32.initialize(to: configuration.pci32 != 0)
    // A domain whose queue cannot be allocated starts out strict.
    if configuration.mode == IOPT_DMA_FQ.rawValue { _ = startQueue() }
  }

  deinit {
    rings.deinitialize(count: 1)
    rings.deallocate()
    timer.deallocate()
    handles.deinitialize(count: 1)
    handles.deallocate()
    prefers32.deallocate()
  }

  /// A frame's bytes.
  @inline(__always) var granule: UInt64 { 1 << granuleLog2 }

  /// Why there is no layer.
  public enum SetUpFailure: Error {
    /// The kernel hits a BUG.
    case crash
    /// ENOMEM: a magazine could not be allocated.
    case noMemory
  }

  /// Runs one operation of the DMA layer and logs its result. False when the kernel's code would
  /// have crashed in it.
  public func run(_ operation: UnsafePointer<iopt_op>) -> Bool {
    let cpu = Int(operation.pointee.cpu)
    switch iopt_op_kind(rawValue: operation.pointee.kind) {
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_PHYS: return map(operation, cpu: cpu)
    case IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_SG_ATTRS: return mapPieces(operation, cpu: cpu)
    case IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG: return unmap(operation, cpu: cpu)
    case IOPT_OP_DMA_IOVA_ALLOC: return allocateRange(operation, cpu: cpu)
    case IOPT_OP_DMA_IOVA_LINK: return link(operation)
    case IOPT_OP_DMA_IOVA_SYNC: return syncRange(operation)
    case IOPT_OP_DMA_IOVA_UNLINK: return unlink(operation)
    case IOPT_OP_DMA_IOVA_DESTROY: return destroy(operation, cpu: cpu)
    case IOPT_OP_DMA_IOVA_FREE: return freeRange(operation, cpu: cpu)
    case IOPT_OP_RELAX: relax()
    case IOPT_OP_TICK: tick(operation.pointee.len)
    case IOPT_OP_RESERVE: reserve(operation.pointee.iova, length: operation.pointee.len)
    default: preconditionFailure("not an operation of the DMA layer")
    }
    return true
  }

  /// The change from strict to queued on a live domain.
  private func relax() {
    logResult(startQueue() ? 0 : UInt64(bitPattern: -Int64(DMALayer.noMemory)))
  }

  /// ENOMEM
  private static let noMemory = 12

  /// Lets time pass, and runs on CPU 0 what falls due.
  private func tick(_ milliseconds: UInt64) {
    let end = timer.pointee.now &+ milliseconds
    while let (event, due) = timer.pointee.next(until: end) {
      switch event {
      case .flush: timerFired(due: due)
      case .depotWork(let order):
        iopt_log1(services.log, IOPT_EVENT_DEPOT_WORK.rawValue, due)
        if allocator.trimDepot(order) { timer.pointee.scheduleDepotWork(order: order) }
      }
    }
    timer.pointee.finish(at: end)
  }

  private func reserve(_ iova: UInt64, length: UInt64) {
    allocator.reserve(
      IOVARange(first: iova >> granuleLog2, last: (iova + (length - 1)) >> granuleLog2))
  }

  func logResult(_ value: UInt64) {
    iopt_log2(services.log, IOPT_EVENT_RET.rawValue, value, 0)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Operation {
  /// The operation's kind in the subject ABI.
  @inlinable
  public var kind: iopt_op_kind {
    switch self {
    case .map: IOPT_OP_MAP
    case .mapRange: IOPT_OP_MAP_RANGE
    case .unmap: IOPT_OP_UNMAP
    case .gather: IOPT_OP_GATHER
    case .unmapFast: IOPT_OP_UNMAP_FAST
    case .iotlbSync: IOPT_OP_IOTLB_SYNC
    case .flush: IOPT_OP_FLUSH
    case .iovaToPhys: IOPT_OP_IOVA_TO_PHYS
    case .setDirty: IOPT_OP_SET_DIRTY
    case .readAndClearDirty: IOPT_OP_READ_AND_CLEAR_DIRTY
    case .failAlloc: IOPT_OP_FAIL_ALLOC
    case .dmaMap: IOPT_OP_DMA_MAP
    case .dmaMapSG: IOPT_OP_DMA_MAP_SG
    case .dmaUnmap: IOPT_OP_DMA_UNMAP
    case .relax: IOPT_OP_RELAX
    case .failFQ: IOPT_OP_FAIL_FQ
    case .tick: IOPT_OP_TICK
    case .reserve: IOPT_OP_RESERVE
    }
  }

  /// The operation as a subject reads it. `pieces` must hold a scatterlist's pieces and outlive
  /// the result; it is not read for any other operation.
  public func lowered(pieces: UnsafePointer<iopt_piece>?) -> iopt_op {
    var op = iopt_op()
    op.size = UInt32(MemoryLayout<iopt_op>.size)
    op.kind = UInt32(kind.rawValue)
    switch self {
    case .map(let iova, let pa, let length, let prot),
      .mapRange(let iova, let pa, let length, let prot):
      op.iova = iova
      op.pa = pa
      op.len = length
      op.prot = prot.rawValue
    case .unmap(let iova, let length), .reserve(let iova, let length):
      op.iova = iova
      op.len = length
    case .gather(let gather, let queued):
      op.gather = UInt32(gather)
      op.flag = queued ? 1 : 0
    case .unmapFast(let gather, let iova, let length):
      op.gather = UInt32(gather)
      op.iova = iova
      op.len = length
    case .iotlbSync(let gather), .flush(let gather):
      op.gather = UInt32(gather)
    case .iovaToPhys(let iova), .setDirty(let iova):
      op.iova = iova
    case .readAndClearDirty(let gather, let iova, let length, let keep):
      op.gather = UInt32(gather)
      op.iova = iova
      op.len = length
      op.flag = keep ? 1 : 0
    case .failAlloc(let countdown):
      op.len = countdown
    case .dmaMap(let handle, let pa, let length, let direction, let cpu):
      op.handle = UInt32(handle)
      op.pa = pa
      op.len = length
      op.dir = direction.rawValue
      op.cpu = UInt32(cpu)
    case .dmaMapSG(let handle, let direction, let list, let cpu):
      op.handle = UInt32(handle)
      op.dir = direction.rawValue
      op.cpu = UInt32(cpu)
      op.pieces = pieces
      op.piece_count = UInt64(list.count)
    case .dmaUnmap(let handle, let cpu):
      op.handle = UInt32(handle)
      op.cpu = UInt32(cpu)
    case .relax(let cpu):
      op.cpu = UInt32(cpu)
    case .failFQ:
      break
    case .tick(let milliseconds):
      op.len = milliseconds
    }
    return op
  }
}

extension Scenario {
  /// The `domain` and `dma` lines as a subject's `open` reads them.
  public var loweredConfiguration: iopt_config {
    var config = iopt_config()
    config.size = UInt32(MemoryLayout<iopt_config>.size)
    config.format = domain.format.rawValue
    config.features = domain.features.rawValue
    config.va_lg2 = UInt32(domain.va)
    config.oa_lg2 = UInt32(domain.oa)
    config.top = domain.top ?? 0
    config.build = domain.build.rawValue
    config.gather = (domain.gather ?? .merged).rawValue
    config.pgsizes = domain.pageSizes ?? .max
    config.sme_mask = domain.encryptionBit.map { 1 << UInt64($0) } ?? 0
    if let dma {
      config.has_dma = 1
      config.dma.queue = dma.queue.rawValue
      config.dma.mode = dma.mode.rawValue
      config.dma.cpus = dma.cpus
      config.dma.ring_size = dma.ringSize
      config.dma.timeout = dma.timeout
      config.dma.limit = dma.limit
      config.dma.pci32 = dma.pci32 ? 1 : 0
    }
    return config
  }
}

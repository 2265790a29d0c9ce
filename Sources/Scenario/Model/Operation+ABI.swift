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
    case .dmaMapPhys: IOPT_OP_DMA_MAP_PHYS
    case .dmaMapSGAttrs: IOPT_OP_DMA_MAP_SG_ATTRS
    case .dmaUnmapPhysOrSG: IOPT_OP_DMA_UNMAP_PHYS_OR_SG
    case .dmaIOVAAlloc: IOPT_OP_DMA_IOVA_ALLOC
    case .dmaIOVALink: IOPT_OP_DMA_IOVA_LINK
    case .dmaIOVASync: IOPT_OP_DMA_IOVA_SYNC
    case .dmaIOVAUnlink: IOPT_OP_DMA_IOVA_UNLINK
    case .dmaIOVADestroy: IOPT_OP_DMA_IOVA_DESTROY
    case .dmaIOVAFree: IOPT_OP_DMA_IOVA_FREE
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
    default:
      lowerVersion2(into: &op, pieces: pieces)
    }
    return op
  }

  /// The operations that came with version 2.
  private func lowerVersion2(into op: inout iopt_op, pieces: UnsafePointer<iopt_piece>?) {
    switch self {
    case .dmaMapPhys(
      let handle, let pa, let length, let direction, let attributes, let limit, let cpu):
      (op.handle, op.pa, op.len, op.cpu) = (UInt32(handle), pa, length, UInt32(cpu))
      (op.dir, op.attrs) = (direction.rawValue, attributes.rawValue)
      op.setLimit(limit)
    case .dmaMapSGAttrs(let handle, let direction, let list, let limit, let cpu):
      (op.handle, op.dir, op.cpu) = (UInt32(handle), direction.rawValue, UInt32(cpu))
      (op.pieces, op.piece_count) = (pieces, UInt64(list.count))
      op.setLimit(limit)
    case .dmaUnmapPhysOrSG(let handle, let cpu), .dmaIOVAFree(let handle, let cpu):
      (op.handle, op.cpu) = (UInt32(handle), UInt32(cpu))
    case .dmaIOVAAlloc(let handle, let pa, let length, let limit, let cpu):
      (op.handle, op.pa, op.len, op.cpu) = (UInt32(handle), pa, length, UInt32(cpu))
      op.setLimit(limit)
    case .dmaIOVALink(let handle, let offset, let pa, let length, let direction, let attributes):
      (op.handle, op.offset, op.pa, op.len) = (UInt32(handle), offset, pa, length)
      (op.dir, op.attrs) = (direction.rawValue, attributes.rawValue)
    case .dmaIOVASync(let handle, let offset, let length),
      .dmaIOVAUnlink(let handle, let offset, let length):
      (op.handle, op.offset, op.len) = (UInt32(handle), offset, length)
    case .dmaIOVADestroy(let handle, let length, let cpu):
      (op.handle, op.len, op.cpu) = (UInt32(handle), length, UInt32(cpu))
    default:
      preconditionFailure("an operation of version 1")
    }
  }
}

extension iopt_op {
  fileprivate mutating func setLimit(_ limit: UInt64?) {
    has_limit = limit == nil ? 0 : 1
    self.limit = limit ?? 0
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
    config.kernel = domain.kernel?.rawValue ?? IOPT_KERNEL_UNSAID.rawValue
    config.sync_map = domain.hasSyncMap ? 1 : 0
    config.policy = (domain.policy ?? .generic).rawValue
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
      config.dma_magazine = dma.magazine ?? 0
      config.dma_fail_magazine = dma.failMagazine ?? 0
    }
    return config
  }
}

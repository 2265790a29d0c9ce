// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Operation {
  /// The operation that `lowered(pieces:)` turns into `op`, which the decoder made.
  public init(_ op: iopt_op) {
    let gather = UInt8(op.gather)
    switch iopt_op_kind(op.kind) {
    case IOPT_OP_MAP:
      self = .map(iova: op.iova, pa: op.pa, length: op.len, prot: Protection(rawValue: op.prot))
    case IOPT_OP_MAP_RANGE:
      self = .mapRange(
        iova: op.iova, pa: op.pa, length: op.len, prot: Protection(rawValue: op.prot))
    case IOPT_OP_UNMAP: self = .unmap(iova: op.iova, length: op.len)
    case IOPT_OP_GATHER: self = .gather(gather, queued: op.flag == 1)
    case IOPT_OP_UNMAP_FAST:
      self = .unmapFast(gather: gather, iova: op.iova, length: op.len)
    case IOPT_OP_IOTLB_SYNC: self = .iotlbSync(gather: gather)
    case IOPT_OP_FLUSH: self = .flush(gather: gather)
    case IOPT_OP_IOVA_TO_PHYS: self = .iovaToPhys(iova: op.iova)
    case IOPT_OP_SET_DIRTY: self = .setDirty(iova: op.iova)
    case IOPT_OP_READ_AND_CLEAR_DIRTY:
      self = .readAndClearDirty(
        gather: gather, iova: op.iova, length: op.len, keep: op.flag == 1)
    case IOPT_OP_FAIL_ALLOC: self = .failAlloc(countdown: op.len)
    default: self = Operation(dma: op)
    }
  }

  private init(dma op: iopt_op) {
    let handle = UInt16(op.handle)
    let direction = DMADirection(rawValue: op.dir)!
    let cpu = UInt8(op.cpu)
    switch iopt_op_kind(op.kind) {
    case IOPT_OP_DMA_MAP:
      self = .dmaMap(
        handle: handle, pa: op.pa, length: op.len, direction: direction, cpu: cpu)
    case IOPT_OP_DMA_MAP_SG:
      let pieces = UnsafeBufferPointer(start: op.pieces, count: Int(op.piece_count))
      self = .dmaMapSG(
        handle: handle, direction: direction,
        pieces: pieces.map { ScatterPiece(pa: $0.pa, length: $0.len) }, cpu: cpu)
    case IOPT_OP_DMA_UNMAP: self = .dmaUnmap(handle: handle, cpu: cpu)
    case IOPT_OP_RELAX: self = .relax(cpu: cpu)
    case IOPT_OP_FAIL_FQ: self = .failFQ
    case IOPT_OP_TICK: self = .tick(milliseconds: op.len)
    case IOPT_OP_RESERVE: self = .reserve(iova: op.iova, length: op.len)
    default: self = Operation(version2: op, handle, direction, cpu)
    }
  }

  private init(version2 op: iopt_op, _ handle: UInt16, _ direction: DMADirection, _ cpu: UInt8) {
    let attributes = DMAAttributes(rawValue: op.attrs)
    let limit = op.has_limit == 0 ? nil : op.limit
    switch iopt_op_kind(op.kind) {
    case IOPT_OP_DMA_MAP_PHYS:
      self = .dmaMapPhys(
        handle: handle, pa: op.pa, length: op.len, direction: direction, attributes: attributes,
        limit: limit, cpu: cpu)
    case IOPT_OP_DMA_MAP_SG_ATTRS:
      let pieces = UnsafeBufferPointer(start: op.pieces, count: Int(op.piece_count))
      self = .dmaMapSGAttrs(
        handle: handle, direction: direction,
        pieces: pieces.map { ScatterPiece(pa: $0.pa, length: $0.len) }, limit: limit, cpu: cpu)
    case IOPT_OP_DMA_UNMAP_PHYS_OR_SG: self = .dmaUnmapPhysOrSG(handle: handle, cpu: cpu)
    case IOPT_OP_DMA_IOVA_ALLOC:
      self = .dmaIOVAAlloc(handle: handle, pa: op.pa, length: op.len, limit: limit, cpu: cpu)
    case IOPT_OP_DMA_IOVA_LINK:
      self = .dmaIOVALink(
        handle: handle, offset: op.offset, pa: op.pa, length: op.len, direction: direction,
        attributes: attributes)
    case IOPT_OP_DMA_IOVA_SYNC:
      self = .dmaIOVASync(handle: handle, offset: op.offset, length: op.len)
    case IOPT_OP_DMA_IOVA_UNLINK:
      self = .dmaIOVAUnlink(handle: handle, offset: op.offset, length: op.len)
    case IOPT_OP_DMA_IOVA_DESTROY:
      self = .dmaIOVADestroy(handle: handle, length: op.len, cpu: cpu)
    case IOPT_OP_DMA_IOVA_FREE: self = .dmaIOVAFree(handle: handle, cpu: cpu)
    default: preconditionFailure("no operation of kind \(op.kind) is decoded")
    }
  }
}

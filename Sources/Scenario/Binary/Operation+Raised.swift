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
    default: preconditionFailure("no operation of kind \(op.kind) is decoded")
    }
  }
}

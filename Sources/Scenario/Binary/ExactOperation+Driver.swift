// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension InputWriter {
  /// The addresses and lengths of an operation that came with version 2.
  mutating func appendDriver(_ operation: Operation, _ op: iopt_op) {
    if op.kind == IOPT_OP_DMA_IOVA_LINK.rawValue || op.kind == IOPT_OP_DMA_IOVA_SYNC.rawValue
      || op.kind == IOPT_OP_DMA_IOVA_UNLINK.rawValue
    {
      append(op.offset)
    }
    switch operation {
    case .dmaMapPhys, .dmaIOVAAlloc, .dmaIOVALink:
      append(op.pa)
      append(op.len)
    case .dmaIOVASync, .dmaIOVAUnlink, .dmaIOVADestroy:
      append(op.len)
    default:
      if let pieces = operation.pieces {
        append(UInt64(pieces.count))
        for piece in pieces {
          append(piece.pa)
          append(piece.length)
        }
      }
    }
  }
}

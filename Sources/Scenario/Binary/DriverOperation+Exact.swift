// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Exact operations of version 2. Byte 1 has attributes in bits 3-5 and in bit 6 whether there is a limit
// of its own. Mappings, lists and allocations carry that limit, 0 where there is none, in front of their
// other words.

extension ExactCode {
  /// Words that follow a version 2 operation of `kind`, without a scatterlist's pieces.
  static func driverWords(_ kind: iopt_op_kind) -> Int {
    switch kind {
    case IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_IOVA_ALLOC, IOPT_OP_DMA_IOVA_LINK: 3
    case IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK: 2
    case IOPT_OP_DMA_IOVA_DESTROY: 1
    default: 0
    }
  }

  /// Whether the kind is an operation of version 2 on buffers and ranges.
  static func isDriver(_ kind: iopt_op_kind) -> Bool {
    IOPT_OP_KINDS.rawValue <= kind.rawValue && kind.rawValue < IOPT_OP_KINDS_2.rawValue
  }
}

extension OperationDecoder {
  mutating func decodeExactDriver(
    _ given: iopt_op, _ word: UInt64, isMarked: Bool, _ input: inout InputWords,
    into scenario: inout LoweredScenario
  ) {
    var op = given
    let kind = iopt_op_kind(op.kind)
    op.handle = UInt32(word.bits(16, 16))
    switch kind {
    case IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC:
      op.cpu = UInt32(word.byte(4) % cpus)
      op.has_limit = UInt32(word.bits(14, 1))
      let limit = input.next()
      op.limit = op.has_limit == 1 ? limit : 0
    case IOPT_OP_DMA_UNMAP_PHYS_OR_SG, IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE:
      op.cpu = UInt32(word.byte(4) % cpus)
    default:
      op.offset = input.next()
    }
    switch kind {
    case IOPT_OP_DMA_MAP_PHYS:
      op.attrs = UInt32(word.bits(11, 3))
      op.dir = UInt32(word.byte(5) % 3)
      op.pa = input.next()
      op.len = ((max(input.next(), 1) - 1) & ((1 << 48) - 1)) + 1
      if !isMarked { op.len = budget.bound(op.len, iova: 0, pa: op.pa) }
    case IOPT_OP_DMA_MAP_SG_ATTRS:
      op.dir = UInt32(word.byte(5) % 3)
      decodeExactList(op, word, isMarked: isMarked, &input, into: &scenario)
      return
    case IOPT_OP_DMA_IOVA_ALLOC:
      op.pa = input.next()
      op.len = max(input.next(), 1)
    case IOPT_OP_DMA_IOVA_LINK:
      op.attrs = UInt32(word.bits(11, 3))
      op.dir = UInt32(word.byte(5) % 3)
      op.pa = input.next()
      op.len = max(input.next(), 1)
      if !isMarked { op.len = budget.bound(op.len, iova: op.offset, pa: op.pa) }
    case IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK: op.len = max(input.next(), 1)
    case IOPT_OP_DMA_IOVA_DESTROY: op.len = input.next()
    default: break
    }
    scenario.append(op)
  }
}

extension InputWriter {
  /// The addresses and lengths of an operation that came with version 2.
  mutating func appendDriver(_ operation: Operation, _ op: iopt_op) {
    switch operation {
    case .dmaMapPhys, .dmaIOVAAlloc:
      append(op.limit)
      append(op.pa)
      append(op.len)
    case .dmaIOVALink:
      append(op.offset)
      append(op.pa)
      append(op.len)
    case .dmaIOVASync, .dmaIOVAUnlink:
      append(op.offset)
      append(op.len)
    case .dmaIOVADestroy:
      append(op.len)
    case .dmaMapSGAttrs(_, _, let pieces, _, _):
      append(op.limit)
      append(UInt64(pieces.count))
      for piece in pieces {
        append(piece.pa)
        append(piece.length)
      }
    default: break
    }
  }
}

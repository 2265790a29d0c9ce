// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// An exact operation's word: byte 0 is 0xe0 + kind, byte 1 the gather (bits 0-1) and the flag
// (bit 2), bytes 2-3 the handle, byte 4 the CPU, byte 5 the direction, byte 6 the protection, byte
// 7 ``exactMark`` when lengths are to be taken as they stand. Then come its addresses and lengths in
// the order of the text, a scatterlist's pieces after their number.

/// Codes of exact operations.
enum ExactCode {
  static let first: UInt64 = 0xe0

  /// The kind that `word` encodes exactly, or nil when it is a compact operation.
  static func kind(_ word: UInt64, _ form: InputForm) -> iopt_op_kind? {
    let code = word.byte(0)
    guard code > first else { return nil }
    let kind = iopt_op_kind(UInt32(code - first))
    switch kind {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE, IOPT_OP_UNMAP, IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY,
      IOPT_OP_FAIL_ALLOC:
      return kind
    case IOPT_OP_GATHER, IOPT_OP_UNMAP_FAST, IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH,
      IOPT_OP_READ_AND_CLEAR_DIRTY:
      return form.hasDMA ? nil : kind
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_UNMAP:
      return form.hasDMA && form.version == 1 ? kind : nil
    case IOPT_OP_RELAX, IOPT_OP_FAIL_FQ, IOPT_OP_TICK, IOPT_OP_RESERVE:
      return form.hasDMA ? kind : nil
    default: return form.hasDMA && form.version == 2 && isDriver(kind) ? kind : nil
    }
  }

  /// Words that follow an operation of `kind`, without a scatterlist's pieces.
  static func words(_ kind: iopt_op_kind) -> Int {
    switch kind {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE: 3
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY, IOPT_OP_DMA_MAP,
      IOPT_OP_RESERVE:
      2
    case IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY, IOPT_OP_FAIL_ALLOC, IOPT_OP_TICK,
      IOPT_OP_DMA_MAP_SG:
      1
    default: driverWords(kind)
    }
  }

  /// Pieces of a scatterlist whose number is written as `count`, with `remaining` words to come.
  static func pieces(_ count: UInt64, _ word: UInt64, remaining: Int) -> Int {
    let wanted = word.byte(7) == exactMark ? count : 1 + count.bits(0, 3)
    return max(1, Int(min(wanted, UInt64((remaining + 1) / 2))))
  }
}

extension OperationDecoder {
  mutating func decodeExact(
    _ kind: iopt_op_kind, _ word: UInt64, _ input: inout InputWords,
    into scenario: inout LoweredScenario
  ) {
    let isMarked = word.byte(7) == exactMark
    var op = blank(kind)
    switch kind {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE:
      op.iova = input.next()
      op.pa = input.next()
      op.len = input.next()
      op.prot = UInt32(word.bits(48, 6))
      if !isMarked { op.len = budget.bound(op.len, iova: op.iova, pa: op.pa) }
      landmarks.remember(.init(start: op.iova, length: op.len))
    case IOPT_OP_UNMAP, IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY:
      op.gather = kind == IOPT_OP_UNMAP ? 0 : UInt32(word.bits(8, 2))
      op.flag = kind == IOPT_OP_READ_AND_CLEAR_DIRTY ? UInt32(word.bits(10, 1)) : 0
      op.iova = input.next()
      op.len = input.next()
    case IOPT_OP_GATHER:
      op.gather = UInt32(word.bits(8, 2))
      op.flag = UInt32(word.bits(10, 1))
    case IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH:
      op.gather = UInt32(word.bits(8, 2))
    case IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY:
      op.iova = input.next()
    case IOPT_OP_FAIL_ALLOC, IOPT_OP_TICK:
      op.len = input.next()
    default:
      decodeExactDMA(&op, word, isMarked: isMarked, &input, into: &scenario)
      return
    }
    scenario.append(op)
  }

  private mutating func decodeExactDMA(
    _ op: inout iopt_op, _ word: UInt64, isMarked: Bool, _ input: inout InputWords,
    into scenario: inout LoweredScenario
  ) {
    let kind = iopt_op_kind(op.kind)
    if ExactCode.isDriver(kind) {
      return decodeExactDriver(op, word, isMarked: isMarked, &input, into: &scenario)
    }
    if kind != IOPT_OP_RESERVE, kind != IOPT_OP_FAIL_FQ {
      op.cpu = UInt32(word.byte(4) % cpus)
    }
    switch kind {
    case IOPT_OP_RESERVE:
      op.iova = input.next()
      op.len = reservable(input.next(), at: op.iova)
    case IOPT_OP_DMA_MAP:
      op.handle = UInt32(word.bits(16, 16))
      op.dir = UInt32(word.byte(5) % 3)
      op.pa = input.next()
      op.len = ((max(input.next(), 1) - 1) & ((1 << 48) - 1)) + 1
      if !isMarked { op.len = budget.bound(op.len, iova: 0, pa: op.pa) }
    case IOPT_OP_DMA_MAP_SG:
      op.handle = UInt32(word.bits(16, 16))
      op.dir = UInt32(word.byte(5) % 3)
      return decodeExactList(op, word, isMarked: isMarked, &input, into: &scenario)
    case IOPT_OP_DMA_UNMAP:
      op.handle = UInt32(word.bits(16, 16))
    default:
      break
    }
    scenario.append(op)
  }

  /// The number of a list's pieces, and the pieces.
  mutating func decodeExactList(
    _ op: iopt_op, _ word: UInt64, isMarked: Bool, _ input: inout InputWords,
    into scenario: inout LoweredScenario
  ) {
    let count = ExactCode.pieces(input.next(), word, remaining: input.remaining)
    var offset: UInt64 = 0
    var run = ListSpace()
    for _ in 0..<count {
      var piece = piece(&input, at: offset, isMarked: isMarked)
      if !isMarked, run.isWrapped(by: piece.len) { piece.len = 0x1000 }
      run.append(piece.len)
      scenario.appendPiece(piece)
      offset = offset &+ piece.len
    }
    scenario.append(op, lastPieces: count)
  }

  /// At least one byte, and no range that wraps.
  func reservable(_ length: UInt64, at iova: UInt64) -> UInt64 {
    1 + min(max(length, 1) - 1, min(UInt64.max - iova, UInt64.max - 1))
  }

  /// The piece of a list that starts `offset` bytes after the list.
  private mutating func piece(
    _ input: inout InputWords, at offset: UInt64, isMarked: Bool
  ) -> iopt_piece {
    let pa = input.next() & ~0xfff
    let length = input.next() & 0xffff_f000
    return iopt_piece(
      pa: pa, len: isMarked ? length : budget.bound(length, iova: offset, pa: pa) & ~0xfff)
  }
}

extension InputWriter {
  mutating func append(_ operation: Operation) {
    let op = operation.lowered(pieces: nil)
    var word = ExactCode.first + UInt64(op.kind) | exactMark << 56
    word |= (UInt64(op.gather) | UInt64(op.flag) << 2) << 8
    word |= UInt64(op.handle) << 16 | UInt64(op.cpu) << 32
    word |= UInt64(op.dir) << 40 | UInt64(op.prot) << 48
    word |= UInt64(op.attrs) << 11 | UInt64(op.has_limit) << 14
    append(word)
    switch operation {
    case .map, .mapRange:
      append(op.iova)
      append(op.pa)
      append(op.len)
    case .unmap, .unmapFast, .readAndClearDirty, .reserve:
      append(op.iova)
      append(op.len)
    case .dmaMap:
      append(op.pa)
      append(op.len)
    case .iovaToPhys, .setDirty: append(op.iova)
    case .failAlloc, .tick: append(op.len)
    case .dmaMapSG(_, _, let pieces, _):
      append(UInt64(pieces.count))
      for piece in pieces {
        append(piece.pa)
        append(piece.length)
      }
    case .gather, .iotlbSync, .flush, .dmaUnmap, .relax, .failFQ: break
    default: appendDriver(operation, op)
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// A compact operation's word. Byte 0 is the code; its low 5 bits choose the operation, by a table
// for each layer. The other bytes:
//
// byte 1  the IOVA: bits 6-7 0 an entry's edge, 1 and 2 by a recent mapping, 3 an edge of the space
// byte 2  how far from there: below 128 not at all, then up, from 192 down, in the unit of byte 7
// byte 3  the physical address: bits 0-2 how, 3-7 which
// byte 4  the length: bits 0-2 the page size, 3-5 how many less 1, 6-7 2 the recent mapping's, 3 a
//         page less; scatterlists: the number of pieces less 1 in bits 5-7
// byte 5  protection; bits 0-1 and 4-7 of operations of the DMA layer: direction, CPU
// byte 6  bits 0-1 gather, 2 flag; or the handle, by its low 4 bits unless byte 7 is 240 or more
// byte 7  bits 0-2 the unit of byte 2; bits 3-5: 6 and 7 an address or a length off the page
//
// In a DMA buffer the bits 3-5 of byte 7 from 4 on say that it starts within a page.

/// What the low 5 bits of a compact code mean on a domain without a `dma` line.
private func tableKind(_ slot: UInt64) -> iopt_op_kind {
  switch slot {
  case 0...5: IOPT_OP_MAP
  case 6, 7: IOPT_OP_MAP_RANGE
  case 8...11: IOPT_OP_UNMAP
  case 12, 13, 14: IOPT_OP_GATHER
  case 15...19: IOPT_OP_UNMAP_FAST
  case 20, 21: IOPT_OP_IOTLB_SYNC
  case 22, 23: IOPT_OP_FLUSH
  case 24, 25: IOPT_OP_IOVA_TO_PHYS
  case 26, 27: IOPT_OP_SET_DIRTY
  case 28, 29, 30: IOPT_OP_READ_AND_CLEAR_DIRTY
  default: IOPT_OP_FAIL_ALLOC
  }
}

/// What they mean with a `dma` line.
private func dmaKind(_ slot: UInt64) -> iopt_op_kind {
  switch slot {
  case 0...8: IOPT_OP_DMA_MAP
  case 9, 10, 11: IOPT_OP_DMA_MAP_SG
  case 12...19: IOPT_OP_DMA_UNMAP
  case 20, 21: IOPT_OP_RELAX
  case 22, 23, 24: IOPT_OP_TICK
  case 25: IOPT_OP_RESERVE
  case 26: IOPT_OP_FAIL_FQ
  case 27: IOPT_OP_FAIL_ALLOC
  case 28: IOPT_OP_MAP
  case 29: IOPT_OP_UNMAP
  case 30: IOPT_OP_IOVA_TO_PHYS
  default: IOPT_OP_SET_DIRTY
  }
}

/// The kind that `word`, a compact operation, encodes.
func compactKind(_ word: UInt64, _ form: InputForm) -> iopt_op_kind {
  if !form.hasDMA { return tableKind(word.bits(0, 5)) }
  return form.version == 1 ? dmaKind(word.bits(0, 5)) : driverKind(word.bits(0, 5))
}

extension OperationDecoder {
  mutating func decodeCompact(_ word: UInt64, into scenario: inout LoweredScenario) {
    let kind = compactKind(word, form)
    var op = blank(kind)
    switch kind {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE:
      placeMapping(&op, word)
      op.prot = UInt32(word.bits(40, 6))
    case IOPT_OP_UNMAP:
      placeLookup(&op, word)
    case IOPT_OP_UNMAP_FAST, IOPT_OP_READ_AND_CLEAR_DIRTY:
      placeLookup(&op, word)
      op.gather = UInt32(word.bits(48, 2))
      op.flag = kind == IOPT_OP_UNMAP_FAST ? 0 : UInt32(word.bits(50, 1))
    case IOPT_OP_GATHER:
      op.gather = UInt32(word.bits(48, 2))
      op.flag = UInt32(word.bits(50, 1))
    case IOPT_OP_IOTLB_SYNC, IOPT_OP_FLUSH:
      op.gather = UInt32(word.bits(48, 2))
    case IOPT_OP_IOVA_TO_PHYS, IOPT_OP_SET_DIRTY:
      placeLookup(&op, word)
      op.len = 0
    case IOPT_OP_FAIL_ALLOC:
      op.len = word.bits(32, 3)
    default:
      decodeCompactDMA(&op, word, into: &scenario)
      return
    }
    scenario.append(op)
  }

  /// IOVA, physical address and length of something to map.
  private mutating func placeMapping(_ op: inout iopt_op, _ word: UInt64) {
    let choice = word.bits(8, 6)
    let recent = landmarks.recent(choice)
    var length = compactLength(word, recent: recent.length)
    var iova =
      switch word.bits(14, 2) {
      case 0: landmarks.entry(choice)
      case 1: recent.end
      case 2: recent.start &- length
      default: landmarks.edge(choice, length: length)
      }
    iova = iova &+ compactOffset(word)
    let pa = compactPhysical(word, iova: iova)
    length = budget.bound(length, iova: iova, pa: pa)
    landmarks.remember(.init(start: iova, length: length))
    op.iova = iova
    op.pa = pa
    op.len = length
  }

  /// IOVA and length of something to unmap or look at.
  private func placeLookup(_ op: inout iopt_op, _ word: UInt64) {
    let choice = word.bits(8, 6)
    let recent = landmarks.recent(choice)
    op.len = compactLength(word, recent: recent.length)
    let start =
      switch word.bits(14, 2) {
      case 0: landmarks.entry(choice)
      case 1: recent.start
      case 2: recent.start &+ ((recent.length >> 2) &* choice.bits(3, 2) & ~0xfff)
      default: landmarks.edge(choice, length: op.len)
      }
    op.iova = start &+ compactOffset(word)
  }

  func compactLength(_ word: UInt64, recent: UInt64) -> UInt64 {
    let page: UInt64 = 1 << compactPage(word.bits(32, 3))
    var length = page * (1 + word.bits(35, 3))
    switch word.bits(38, 2) {
    case 2: length = recent
    case 3 where length > 0x1000: length -= 0x1000
    default: break
    }
    return word.bits(59, 3) == 6 ? length &+ 0x800 : length
  }

  private func compactPage(_ index: UInt64) -> UInt64 {
    switch index {
    case 0, 1, 2: 12
    case 3: 14
    case 4: 16
    case 5, 6: 21
    default: 30
    }
  }

  private func compactOffset(_ word: UInt64) -> UInt64 {
    let byte = word.byte(2)
    guard byte >= 128 else { return 0 }
    let steps = byte < 192 ? byte & 63 : ~(byte & 63)
    let unit: UInt64 =
      switch word.bits(56, 3) {
      case 0...3: 12
      case 4: 16
      case 5, 6: 21
      default: word.bits(59, 3) == 7 ? 0 : 30
      }
    return steps << unit
  }

  func compactPhysical(_ word: UInt64, iova: UInt64) -> UInt64 {
    let index = word.bits(27, 5)
    let pa: UInt64 =
      switch word.bits(24, 3) {
      case 0, 1: iova
      case 2: iova &+ (index << 30)
      case 3: iova &+ (index << 21)
      case 4: (index + 1) << 12
      case 5: (index + 1) << 21
      case 6: (index + 1) << 30
      default: outputMask &+ 1 &- (index + 1) << 12
      }
    return pa & outputMask
  }

  // MARK: The DMA layer

  private mutating func decodeCompactDMA(
    _ op: inout iopt_op, _ word: UInt64, into scenario: inout LoweredScenario
  ) {
    let kind = iopt_op_kind(op.kind)
    if ExactCode.isDriver(kind) { return decodeCompactDriver(op, word, into: &scenario) }
    let handle = UInt32(word.byte(7) < 240 ? word.bits(48, 4) : word.byte(6))
    let cpu = UInt32(word.bits(44, 4) % cpus)
    switch kind {
    case IOPT_OP_DMA_MAP:
      (op.handle, op.cpu, op.dir) = (handle, cpu, UInt32(word.bits(40, 2) % 3))
      op.pa = compactPhysical(word, iova: landmarks.entry(word.bits(8, 6)))
      op.len = budget.bound(compactLength(word, recent: 0x3000), iova: 0, pa: op.pa)
      if word.bits(59, 3) >= 4 { op.pa += word.byte(2) << 4 }
    case IOPT_OP_DMA_MAP_SG:
      (op.handle, op.cpu, op.dir) = (handle, cpu, UInt32(word.bits(40, 2) % 3))
      let count = appendCompactPieces(word, to: &scenario)
      scenario.append(op, lastPieces: count)
      return
    case IOPT_OP_DMA_UNMAP:
      (op.handle, op.cpu) = (handle, cpu)
    case IOPT_OP_RELAX:
      op.cpu = cpu
    case IOPT_OP_TICK:
      op.len = compactTime(word.byte(4))
    case IOPT_OP_RESERVE:
      placeLookup(&op, word)
      op.len = reservable(op.len, at: op.iova)
    default:
      break
    }
    scenario.append(op)
  }

  /// Milliseconds: the kernel's own periods and small ones, times 1 to 4.
  private func compactTime(_ byte: UInt64) -> UInt64 {
    let period: UInt64 =
      switch byte & 7 {
      case 0, 1: 1
      case 2: 3
      case 3, 4: 10
      case 5: 100
      case 6: 1000
      default: 50
      }
    return period * (1 + byte.bits(3, 2))
  }

  /// Pieces of one page, or of the word's page size where byte 5's bits 2-3 say so; one that has
  /// its bit set in byte 2 touches the piece before it.
  mutating func appendCompactPieces(
    _ word: UInt64, to scenario: inout LoweredScenario
  ) -> Int {
    let count = 1 + word.bits(37, 3)
    let large: UInt64 = 1 << compactPage(word.bits(32, 3))
    var pa = compactPhysical(word, iova: landmarks.entry(word.bits(8, 6))) & ~0xfff
    var offset: UInt64 = 0
    for index in 0..<count {
      let isLarge = index & 3 == word.bits(42, 2)
      let length = budget.bound(isLarge ? min(large, 1 << 30) : 0x1000, iova: offset, pa: pa)
      offset &+= length
      scenario.appendPiece(iopt_piece(pa: pa, len: length))
      pa = pa &+ length
      if word.byte(2).bits((index + 1) & 7, 1) == 0 { pa = (pa &+ 0x10_0000) & outputMask & ~0xfff }
    }
    return Int(count)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Compact operations of version 2 on a domain with a `dma` line: the bytes are those of version 1's.
// Beside them:
//
// byte 1  attributes in bits 0-2 where bits 2-3 of byte 5 are both set; a limit of its own, chosen by
//         bits 6-7, where bits 3-5 are all set; or the offset into a range, in the unit of byte 7
// byte 4  a part's length; bits 6-7 both clear: up to the range's end

/// What the low 5 bits of a compact code mean in version 2 with a `dma` line. What mutators insert by
/// its number has version 1's: 12, 20 to 22 and 27.
func driverKind(_ slot: UInt64) -> iopt_op_kind {
  switch slot {
  case 0...6: IOPT_OP_DMA_MAP_PHYS
  case 7, 24: IOPT_OP_DMA_IOVA_ALLOC
  case 8, 11: IOPT_OP_DMA_IOVA_LINK
  case 9, 10: IOPT_OP_DMA_MAP_SG_ATTRS
  case 12...15: IOPT_OP_DMA_UNMAP_PHYS_OR_SG
  case 16: IOPT_OP_DMA_IOVA_UNLINK
  case 17: IOPT_OP_DMA_IOVA_DESTROY
  case 18: IOPT_OP_DMA_IOVA_FREE
  case 19: IOPT_OP_DMA_IOVA_SYNC
  case 20, 21: IOPT_OP_RELAX
  case 22, 23: IOPT_OP_TICK
  case 25: IOPT_OP_RESERVE
  case 26: IOPT_OP_FAIL_FQ
  case 27: IOPT_OP_FAIL_ALLOC
  case 28: IOPT_OP_MAP
  case 29: IOPT_OP_UNMAP
  case 30: IOPT_OP_IOVA_TO_PHYS
  default: IOPT_OP_SET_DIRTY
  }
}

/// What was asked for lately under a handle of two-step mappings.
struct RecentRange {
  var pa: UInt64 = 0
  var length: UInt64 = 0x4000
}

extension OperationDecoder {
  mutating func decodeCompactDriver(
    _ given: iopt_op, _ word: UInt64, into scenario: inout LoweredScenario
  ) {
    var op = given
    let recent = Int(word.bits(48, 4))
    op.handle = UInt32(word.byte(7) < 240 ? UInt64(recent) : word.byte(6))
    let cpu = UInt32(word.bits(44, 4) % cpus)
    switch iopt_op_kind(op.kind) {
    case IOPT_OP_DMA_MAP_PHYS:
      op.cpu = cpu
      takeChoices(&op, word)
      op.pa = compactPhysical(word, iova: landmarks.entry(word.bits(8, 6)))
      op.len = budget.bound(compactLength(word, recent: 0x3000), iova: 0, pa: op.pa)
      if word.bits(59, 3) >= 4 { op.pa += word.byte(2) << 4 }
    case IOPT_OP_DMA_MAP_SG_ATTRS:
      op.cpu = cpu
      takeChoices(&op, word)
      op.attrs = 0
      let count = appendCompactPieces(word, to: &scenario)
      scenario.append(op, lastPieces: count)
      return
    case IOPT_OP_DMA_IOVA_ALLOC:
      op.cpu = cpu
      takeChoices(&op, word)
      (op.attrs, op.dir) = (0, 0)
      op.pa = compactPhysical(word, iova: landmarks.entry(word.bits(8, 6))) & ~0xfff
      op.len = compactLength(word, recent: 0x3000)
      if word.bits(59, 3) >= 4 { op.pa += word.byte(2) << 4 }
      ranges[recent] = RecentRange(pa: op.pa, length: op.len)
    case IOPT_OP_DMA_IOVA_LINK:
      placePart(&op, word, ranges[recent])
      takeChoices(&op, word)
      (op.has_limit, op.limit) = (0, 0)
      op.pa = compactPhysical(word, iova: landmarks.entry(word.bits(8, 6))) & ~0xfff
      if op.offset == 0 { op.pa |= ranges[recent].pa & 0xfff }
      op.len = budget.bound(op.len, iova: op.offset, pa: op.pa & ~0xfff)
    case IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK:
      placePart(&op, word, ranges[recent])
    case IOPT_OP_DMA_IOVA_DESTROY:
      op.cpu = cpu
      op.len = word.bits(38, 2) == 3 ? word.bits(35, 3) << 12 : ranges[recent].length
    default:
      op.cpu = cpu
    }
    scenario.append(op)
  }

  /// Direction, attributes and a limit.
  private func takeChoices(_ op: inout iopt_op, _ word: UInt64) {
    op.dir = UInt32(word.bits(40, 2) % 3)
    if word.bits(42, 2) == 3 { op.attrs = UInt32(word.bits(8, 3)) }
    guard word.bits(11, 3) == 7 else { return }
    op.has_limit = 1
    op.limit =
      switch word.bits(14, 2) {
      case 0: 0xffff_ffff
      case 1: 0xff_ffff
      case 2: 0xffff
      default: .max
      }
  }

  /// A part of a range, mostly one that lies in it.
  private func placePart(_ op: inout iopt_op, _ word: UInt64, _ range: RecentRange) {
    let unit: UInt64 = word.bits(56, 3) >= 5 ? 21 : 12
    op.offset = word.bits(8, 3) << unit
    // The first granule of a range is shorter where the range does not begin with it.
    if op.offset != 0 { op.offset = op.offset &- (range.pa & 0xfff) }
    let rest = range.length > op.offset ? range.length - op.offset : 0
    let asked = compactLength(word, recent: rest)
    op.len = max(1, word.bits(38, 2) == 0 ? min(asked, max(rest, 1)) : asked)
  }
}

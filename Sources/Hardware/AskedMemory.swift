// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

/// The physical memory that an operation asks to be mapped, and with which rights.
struct AskedMemory: BitwiseCopyable {
  /// The lowest and the highest byte; the one is above the other where nothing is mapped.
  var lowest = UInt64.max
  var highest: UInt64 = 0
  /// Address bits that any byte of it may have set.
  var bits: UInt64 = 0
  /// `enum iopt_prot` bits; nil where nothing is mapped.
  var prot: UInt32?

  init() {}

  init(_ operation: iopt_op) {
    switch iopt_op_kind(operation.kind) {
    case IOPT_OP_MAP, IOPT_OP_MAP_RANGE: prot = operation.prot
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS,
      IOPT_OP_DMA_IOVA_LINK:
      prot = Self.rights(operation.dir, operation.attrs)
    default: return
    }
    guard let pieces = operation.pieces else {
      add(operation.pa, operation.len)
      return
    }
    for index in 0..<Int(operation.piece_count) { add(pieces[index].pa, pieces[index].len) }
  }

  /// A buffer's rights: device registers are asked for as such, all else is coherent memory.
  private static func rights(_ direction: UInt32, _ attributes: UInt32) -> UInt32 {
    let isMMIO = attributes & IOPT_ATTR_MMIO.rawValue != 0
    var rights = isMMIO ? IOPT_PROT_MMIO.rawValue : IOPT_PROT_CACHE.rawValue
    if direction != IOPT_FROM_DEVICE.rawValue { rights |= IOPT_PROT_READ.rawValue }
    if direction != IOPT_TO_DEVICE.rawValue { rights |= IOPT_PROT_WRITE.rawValue }
    return rights
  }

  /// A page around either end is mapped with it.
  private mutating func add(_ pa: UInt64, _ length: UInt64) {
    guard length > 0 else { return }
    let first = pa & ~0xfff
    let (sum, overflow) = pa.addingReportingOverflow(length - 1)
    let last = overflow ? .max : sum | 0xfff
    lowest = min(lowest, overflow ? 0 : first)
    highest = max(highest, last)
    let differing = 64 - (first ^ last).leadingZeroBitCount
    bits |= first | (differing >= 64 ? .max : 1 << UInt64(differing) - 1)
  }
}

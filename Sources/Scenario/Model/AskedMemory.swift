// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The physical memory that an operation asks to be mapped, and with which rights: the one answer for
/// all who judge.
public struct AskedMemory: BitwiseCopyable {
  /// The lowest and the highest byte; the one is above the other where nothing is mapped.
  public private(set) var lowest = UInt64.max
  public private(set) var highest: UInt64 = 0
  /// Address bits that any byte of it may have set.
  public private(set) var bits: UInt64 = 0
  /// `enum iopt_prot` bits; nil where nothing is mapped.
  public private(set) var prot: UInt32?

  /// None.
  public init() {}

  /// So many bytes from a physical address on, without rights.
  public init(pa: UInt64, length: UInt64) { add(pa, length) }

  /// What this operation asks for; none where it maps nothing.
  public init(_ operation: UnsafePointer<iopt_op>) {
    let operation = operation.pointee
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

  /// Whether any byte of it has this address bit. Where that is the encryption bit
  /// (``TableReader/encryptionBit``), what is read back of a leaf is another address, or another size:
  /// AMD's format writes a leaf's size as ones below its address.
  public func reaches(_ bit: UInt64) -> Bool { bits & bit != 0 }

  /// Whether a leaf of it may be so large that the address bit is among those that say its size.
  public func mayHideSize(_ bit: UInt64) -> Bool {
    reaches(bit) && highest >= lowest && highest - lowest >= bit
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

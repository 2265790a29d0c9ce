// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// RISC-V Sv39, Sv48 and Sv57 with Svnapot: The RISC-V Instruction Set Manual, Volume II (Priv),
/// numbered as in the 2025 releases: sections 12.3 (Sv32, which defines what the others share) to
/// 12.6 and chapter 13. The first stage of the RISC-V IOMMU Architecture Specification (IOMMU
/// 1.0.1, section 3.1.3.4) is the same tables.
enum RISCV64: PageTableFormat {
  // Positions: Priv 12.4.1, figure "Sv39 page table entry" (12.5.1 and 12.6.1 draw the same for
  // Sv48 and Sv57). Meaning of bits 9 to 0: Priv 12.3.1.
  /// V, Priv 12.3.1: without it the rest of the word belongs to software.
  private static let valid: UInt64 = 1 << 0
  /// R, Priv 12.3.1, table "Encoding of PTE R/W/X fields": R, W and X all clear is a pointer.
  private static let read: UInt64 = 1 << 1
  /// W, same table: reserved without R.
  private static let write: UInt64 = 1 << 2
  /// X, same table.
  private static let execute: UInt64 = 1 << 3
  /// U, Priv 12.3.1; a request that names no privilege mode is a user's (IOMMU 2.3).
  private static let user: UInt64 = 1 << 4
  /// A, Priv 12.3.1; updated by the IOMMU only where that is enabled (IOMMU 3.4).
  private static let accessed: UInt64 = 1 << 6
  /// D, Priv 12.3.1, IOMMU 3.4.
  private static let dirty: UInt64 = 1 << 7
  /// PPN, bits 53 to 10, Priv 12.4.1.
  private static let pageNumber: UInt64 = ((1 << 44) - 1) << 10
  /// PBMT, bits 62 and 61, Priv chapter 14 (Svpbmt), table "Page-based memory type encodings": NC.
  private static let nonCacheable: UInt64 = 1 << 61
  /// The same: IO.
  private static let inputOutput: UInt64 = 2 << 61
  /// N, Priv chapter 13 (Svnapot): the entry is one of several that translate one range.
  private static let napot: UInt64 = 1 << 63
  /// Priv chapter 13, table "Page table entry encodings when pte.N=1": the low bits of PPN[0] that
  /// mean 64 KiB, the only size it defines.
  private static let napot64K: UInt64 = 0b1000 << 10
  /// Same table, column napot_bits.
  private static let napotItemsLog2 = 4

  @inline(__always) static var number: iopt_format { IOPT_FORMAT_RISCV_64 }
  @inline(__always) static var widestInput: Int { 57 }
  @inline(__always) static var widestOutput: Int { 56 }
  @inline(__always) static var highestLevel: Int { 4 }
  @inline(__always) static var features: FeatureSet {
    [.signExtend, .flushRange, .svnapot64K, .detailedGather]
  }
  @inline(__always) static var forcedWhereKnown: FeatureSet { .detailedGather }
  @inline(__always) static var debugFeatures: FeatureSet { .svpbmt }

  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { true }

  @inline(__always)
  static func contiguousItems(level: Int, _ context: EntryContext) -> Int {
    level == 0 && context.features.contains(.svnapot64K) ? napotItemsLog2 : 0
  }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry & valid == 0 { return .empty }
    return level == 0 || entry & (read | write | execute) != 0 ? .leaf : .table
  }

  @inline(__always)
  private static func address(_ entry: UInt64) -> UInt64 { (entry & pageNumber) << 2 }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 { address(entry) }

  @inline(__always)
  static func itemsLog2(ofLeaf entry: UInt64, level: Int, _ context: EntryContext) -> Int {
    entry & napot != 0 ? napotItemsLog2 : 0
  }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 {
    guard entry & napot != 0, context.features.contains(.svnapot64K) else { return address(entry) }
    return address(entry) & ~0xffff
  }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    let entry = valid | output >> 2 & pageNumber | attributes
    let isNapot = level == 0 && sizeLog2 != TableShape.pageLog2
    return isNapot && context.features.contains(.svnapot64K) ? entry | napot | napot64K : entry
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    valid | table >> 2 & pageNumber
  }

  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    bits = user | accessed
    if protection & IOPT_PROT_READ.rawValue != 0 { bits |= read }
    // A word that can be written but not read is reserved (Priv 12.3.1).
    if protection & IOPT_PROT_WRITE.rawValue != 0 { bits |= read | write | dirty }
    if protection & IOPT_PROT_NOEXEC.rawValue == 0 { bits |= execute }
    if context.features.contains(.svpbmt) {
      if protection & IOPT_PROT_MMIO.rawValue != 0 {
        bits |= inputOutput
      } else if protection & IOPT_PROT_CACHE.rawValue == 0 {
        bits |= nonCacheable
      }
    }
    return bits & (read | write | execute) == 0 ? .notSupported : .done
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    // LEVELS of Priv 12.4.1, 12.5.1 and 12.6.1.
    switch configuration.va_lg2 {
    case 39: limits.topLevel = 2
    case 48: limits.topLevel = 3
    case 57: limits.topLevel = 4
    default: return .invalid
    }
    limits.outputLog2 = min(limits.outputLog2, widestOutput)
    return .done
  }
}

extension FeatureSet {
  static let svnapot64K = FeatureSet(rawValue: IOPT_FEATURE_RISCV_SVNAPOT_64K.rawValue)
  static let svpbmt = FeatureSet(rawValue: IOPT_FEATURE_RISCV_SVPBMT.rawValue)
}

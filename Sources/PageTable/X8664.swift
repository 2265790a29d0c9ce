// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// x86-64 first stage.
///
/// - SDM: Intel 64 and IA-32 Architectures Software Developer's Manual volume 3A, section 4.5
///   "4-Level Paging and 5-Level Paging", tables 4-14 to 4-20 (chapter 5 in newer editions).
/// - APM: AMD64 Architecture Programmer's Manual volume 2, section 5.3 "Long-Mode Page Translation"
///   (figures) and 5.4.1 "Field Definitions". Memory encryption: section 7.10; the position of its
///   bit is what CPUID reports (7.10.1).
enum X8664: PageTableFormat {
  /// P, SDM tables 4-14 to 4-20, APM 5.4.1.
  private static let present: UInt64 = 1 << 0
  /// R/W, SDM tables 4-14 to 4-20, APM 5.4.1.
  private static let write: UInt64 = 1 << 1
  /// U/S, SDM tables 4-14 to 4-20, APM 5.4.1.
  private static let user: UInt64 = 1 << 2
  /// A, SDM tables 4-14 to 4-20, APM 5.4.1.
  private static let accessed: UInt64 = 1 << 5
  /// D, only where a page is mapped: SDM tables 4-16, 4-18 and 4-20, APM 5.4.1.
  private static let dirty: UInt64 = 1 << 6
  /// PS, set in what maps 1 GiB (SDM table 4-16, APM figure "1-Gbyte PDPE") or 2 MiB (SDM table
  /// 4-18, APM figure "2-Mbyte PDE"). In a PTE it is PAT (SDM table 4-20), which stays clear.
  private static let pageSize: UInt64 = 1 << 7
  /// Ignored by hardware: SDM tables 4-14 to 4-20; among the AVL bits, APM 5.4.1.
  private static let software: UInt64 = 1 << 9
  /// The physical address, at most up to bit 51: SDM tables 4-14 to 4-20; the base address fields
  /// of APM 5.4.1.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  @inline(__always) static var number: iopt_format { IOPT_FORMAT_X86_64 }
  @inline(__always) static var widestInput: Int { 57 }
  @inline(__always) static var widestOutput: Int { 52 }
  @inline(__always) static var highestLevel: Int { 4 }
  @inline(__always) static var features: FeatureSet {
    [.signExtend, .flushRange, .noGaps, .x86Encryption, .dmaIncoherent]
  }
  @inline(__always) static var encryptionFeature: FeatureSet { .x86Encryption }
  @inline(__always) static var writtenBackBit: UInt64 { software }

  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { level <= 2 }

  @inline(__always)
  private static func plain(_ entry: UInt64, _ context: EntryContext) -> UInt64 {
    entry & ~context.encryption
  }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry & present == 0 { return .empty }
    return level == 0 || (canHaveLeaf(level: level) && entry & pageSize != 0) ? .leaf : .table
  }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 {
    plain(entry, context) & address
  }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 {
    plain(entry, context) & address
  }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    present | output & address | attributes | (level == 0 ? 0 : pageSize)
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    present | write | user | accessed | table & address | context.encryption
  }

  /// Execution is never forbidden: the kernel's format leaves bit 63 (XD in the SDM's tables, NX in
  /// APM 5.4.1) alone.
  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    bits = user | accessed
    if protection & IOPT_PROT_WRITE.rawValue != 0 { bits |= write | dirty }
    if protection & IOPT_PROT_MMIO.rawValue == 0 { bits |= context.encryption }
    return .done
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    guard (3...4).contains(configuration.top) else { return .notSupported }
    limits.topLevel = Int(configuration.top)
    limits.outputLog2 = min(limits.outputLog2, widestOutput)
    return .done
  }
}

extension FeatureSet {
  static let x86Encryption = FeatureSet(rawValue: IOPT_FEATURE_X86_64_AMD_ENCRYPT_TABLES.rawValue)
}

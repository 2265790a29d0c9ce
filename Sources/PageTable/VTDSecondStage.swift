// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// VT-d second stage: Intel Virtualization Technology for Directed I/O Architecture Specification,
/// section 3.7 "Second-Stage Translation" and section 9.8 "Second-Stage Paging Entries" (figure 9-8
/// and tables 41 to 47 in revision 5.10). There is no present bit: a word that is not zero is an
/// entry.
enum VTDSecondStage: PageTableFormat {
  // All of section 9.8. Pages are mapped by the SS-PTE (table 47), the SS-PDE (table 45) and the
  // SS-PDPE (table 43); tables are referenced by the entries of tables 41, 42, 44 and 46.
  /// R, tables 41 to 47.
  private static let read: UInt64 = 1 << 0
  /// W, tables 41 to 47.
  private static let write: UInt64 = 1 << 1
  /// PS: set in tables 43 and 45, clear in 44 and 46; reserved above, ignored in the SS-PTE.
  private static let pageSize: UInt64 = 1 << 7
  /// D, tables 43, 45 and 47; section 3.7.2.
  private static let dirty: UInt64 = 1 << 9
  /// Ignored by hardware in every entry, tables 41 to 47.
  private static let software: UInt64 = 1 << 10
  /// SNP, tables 43, 45 and 47; reserved in what references a table.
  private static let snoop: UInt64 = 1 << 11
  /// ADDR, tables 41 to 47: from bit 12 up to the host's address width, at most bit 51.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  @inline(__always) static var number: iopt_format { IOPT_FORMAT_VTDSS }
  @inline(__always) static var widestInput: Int { 57 }
  @inline(__always) static var widestOutput: Int { 52 }
  @inline(__always) static var highestLevel: Int { 4 }
  @inline(__always) static var features: FeatureSet {
    [.flushRange, .vtdssCoherence, .vtdssWriteable, .dmaIncoherent]
  }
  @inline(__always) static var tracksDirty: Bool { true }
  @inline(__always) static var writtenBackBit: UInt64 { software }
  @inline(__always) static var dirtyBit: UInt64 { dirty }

  /// 1 GiB pages are the largest (table 43).
  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { level <= 2 }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry == 0 { return .empty }
    return level == 0 || (canHaveLeaf(level: level) && entry & pageSize != 0) ? .leaf : .table
  }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    output & address | attributes | (level == 0 ? 0 : pageSize)
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    read | write | table & address
  }

  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    let isWriteable = protection & IOPT_PROT_WRITE.rawValue != 0
    if context.features.contains(.vtdssWriteable), !isWriteable { return .invalid }
    bits = isWriteable ? write : 0
    if protection & IOPT_PROT_READ.rawValue != 0 { bits |= read }
    if context.features.contains(.vtdssCoherence) { bits |= snoop }
    return .done
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    guard (2...4).contains(configuration.top) else { return .notSupported }
    limits.topLevel = Int(configuration.top)
    return .done
  }
}

extension FeatureSet {
  static let vtdssCoherence = FeatureSet(rawValue: IOPT_FEATURE_VTDSS_FORCE_COHERENCE.rawValue)
  static let vtdssWriteable = FeatureSet(rawValue: IOPT_FEATURE_VTDSS_FORCE_WRITEABLE.rawValue)
}

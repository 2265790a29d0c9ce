// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// AMD v1: AMD I/O Virtualization Technology (IOMMU) Specification, publication 48882, section
/// 2.2.3, "I/O Page Tables for Host Translations" (tables as its revisions 3.x number them).
/// Level 0 here is the specification's level 1. The encryption bit comes from the processor: AMD64
/// Architecture Programmer's Manual volume 2, section 7.10 "Secure Memory Encryption"; 7.10.1 says
/// where CPUID reports its position.
enum AMDv1: PageTableFormat {
  // "PTE": 2.2.3, table 17, "I/O Page Translation Entry (PTE) Fields, PR=1". "PDE": 2.2.3, table
  // "I/O Page Directory Entry (PDE) Fields, PR=1".
  /// PR, PTE and PDE.
  private static let present: UInt64 = 1 << 0
  /// D, PTE.
  private static let dirty: UInt64 = 1 << 6
  /// Next Level, bits 11 to 9, PTE (0 or 7) and PDE (the next table's level).
  private static let nextLevelShift: UInt64 = 9
  /// Bits 51 to 12: the page's address, PTE, or the next table's, PDE.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000
  /// FC, PTE.
  private static let forceCoherence: UInt64 = 1 << 60
  /// IR, PTE and PDE.
  private static let read: UInt64 = 1 << 61
  /// IW, PTE and PDE.
  private static let write: UInt64 = 1 << 62
  /// Next Level of a PTE whose address carries its size: 2.2.3, table 14, "Example Page Size
  /// Encodings".
  private static let sizedLeaf: UInt64 = 7
  /// The largest page; a size is coded in address bits 51 to 12 (table 14).
  private static let largestLog2 = 51
  /// A size that hardware gets wrong. Not from the specification: the kernel leaves it out.
  private static let brokenSize: UInt64 = 1 << 39

  @inline(__always) static var number: iopt_format { IOPT_FORMAT_AMDV1 }
  @inline(__always) static var widestInput: Int { 64 }
  @inline(__always) static var widestOutput: Int { 52 }
  @inline(__always) static var highestLevel: Int { 5 }
  @inline(__always) static var features: FeatureSet {
    [.fullVA, .dynamicTop, .flushRange, .noGaps, .amdv1Encryption, .amdv1Coherence]
  }
  @inline(__always) static var forcedFeatures: FeatureSet {
    [.dynamicTop, .amdv1Encryption, .amdv1Coherence]
  }
  @inline(__always) static var encryptionFeature: FeatureSet { .amdv1Encryption }
  @inline(__always) static var tracksDirty: Bool { true }
  @inline(__always) static var hasEverySize: Bool { true }
  @inline(__always) static var expectsAlignedClears: Bool { false }
  @inline(__always) static var dirtyBit: UInt64 { dirty }

  /// The highest table translates bits 63 to 57 only (2.2.3, table 15, "Page Table Level
  /// Parameters").
  @inline(__always)
  static func hasOddItemCount(level: Int) -> Bool { level == 5 }

  /// Table 15 again: no page is mapped at level 6.
  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { level < highestLevel }

  @inline(__always)
  static func sizes(level: Int, _ context: EntryContext) -> UInt64 {
    guard canHaveLeaf(level: level) else { return 0 }
    let item = TableShape.itemLog2(level: level)
    let largest = min(largestLog2, item + TableShape.bitsPerLevel - 1)
    return ones(below: largest + 1) & ~ones(below: item) & ~brokenSize
  }

  @inline(__always)
  private static func nextLevel(_ entry: UInt64) -> UInt64 { entry >> nextLevelShift & 7 }

  @inline(__always)
  private static func plain(_ entry: UInt64, _ context: EntryContext) -> UInt64 {
    entry & ~context.encryption
  }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry & present == 0 { return .empty }
    let next = nextLevel(entry)
    return level == 0 || next == 0 || next == sizedLeaf ? .leaf : .table
  }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 {
    plain(entry, context) & address
  }

  @inline(__always)
  static func itemsLog2(ofLeaf entry: UInt64, level: Int, _ context: EntryContext) -> Int {
    if nextLevel(entry) == 0 { return 0 }
    // The ones below the address, from the place where a single item would have its first. An
    // encryption bit among them makes a leaf look larger, which no table can hold.
    let code = UInt32(
      truncatingIfNeeded: entry.shifted(by: TableShape.itemLog2(level: level) &- 1))
    return min((~code).trailingZeroBitCount, TableShape.bitsPerLevel)
  }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 {
    let frame = (plain(entry, context) & address) >> 12
    guard nextLevel(entry) == sizedLeaf else { return frame << 12 }
    return (frame & ~ones(below: (~frame).trailingZeroBitCount)) << 12
  }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    let entry = present | output & address | attributes
    if sizeLog2 == TableShape.itemLog2(level: level) { return entry }
    return entry | sizedLeaf << nextLevelShift | ones(below: sizeLog2 - 1) & ~0xfff
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    // Hardware ANDs the permissions of all levels (IR and IW in the PDE's table).
    var entry = present | read | write | table & address
    entry |= UInt64(truncatingIfNeeded: level & 7) << nextLevelShift
    return entry | context.encryption
  }

  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    bits = context.features.contains(.amdv1Coherence) ? forceCoherence : 0
    if protection & IOPT_PROT_READ.rawValue != 0 { bits |= read }
    if protection & IOPT_PROT_WRITE.rawValue != 0 { bits |= write }
    if protection & IOPT_PROT_MMIO.rawValue == 0 { bits |= context.encryption }
    return .done
  }

  /// Hardware marks one item of a contiguous entry, any of them.
  @inline(__always)
  static func isDirty(_ words: TableWords, index: Int, itemsLog2: Int) -> Bool {
    let first = index & ~((1 << itemsLog2) - 1)
    for item in first..<(first + 1 << itemsLog2) where words[item] & dirty != 0 { return true }
    return false
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    guard configuration.top != 0, configuration.top <= highestLevel else { return .invalid }
    limits.topLevel = Int(configuration.top)
    var widest = widestInput
    if !isDynamic, limits.topLevel != highestLevel {
      widest = TableShape.itemLog2(level: limits.topLevel + 1)
    }
    limits.inputLog2 = min(limits.inputLog2, widest)
    limits.outputLog2 = min(limits.outputLog2, widestOutput)
    return .done
  }
}

extension FeatureSet {
  static let amdv1Encryption = FeatureSet(rawValue: IOPT_FEATURE_AMDV1_ENCRYPT_TABLES.rawValue)
  static let amdv1Coherence = FeatureSet(rawValue: IOPT_FEATURE_AMDV1_FORCE_COHERENCE.rawValue)
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// AMD's host page tables. Sections are those of the AMD I/O Virtualization Technology (IOMMU)
/// Specification, 48882.
enum AMDv1: FormatDescription {
  static var number: UInt32 { IOPT_FORMAT_AMDV1.rawValue }
  static var name: StaticString { "amdv1" }
  static var takesTop: Bool { true }
  static var ownFeatures: Features { [.amdv1EncryptTables, .amdv1ForceCoherence] }
  /// Bits 12 to 51.
  static var outputMask: UInt64 { (1 << 52) - 1 }
  static var tracksDirt: Bool { true }
  /// In every build, whether its features list that or not.
  static func grows(_ features: Features) -> Bool { true }
  /// In every build, whether its features list that or not.
  static func encrypts(_ features: Features) -> Bool { true }

  static func openingHint(_ errno: Int32, _ build: Build, _ kernel: Kernel) -> String? {
    guard build == .production, errno == EOPNOTSUPP else { return nil }
    let asked =
      "a production amdv1 domain must ask for dynamic_top, amdv1_encrypt_tables and"
      + " amdv1_force_coherence"
    // Linux 7.1 takes dynamic_top out where the top covers all.
    return kernel < .linux7_2
      ? asked + ", and its top must not cover its va" : asked + ", and not for detailed_gather"
  }
}

extension Format {
  /// AMD I/O virtualization, version 1 page tables.
  public static var amdv1: Format { Format(AMDv1.self) }
}

// Configurations.
extension AMDv1 {
  static var plainWidths: Widths { (64, 52, 2) }

  static func compactShape(_ index: UInt64, _ features: Features) -> Shape {
    switch index {
    case 0, 1, 2: (64, 2)
    case 3, 4: (64, 1)
    case 5, 6: (64, 3)
    case 7: (64, 4)
    case 8: (57, 2)
    case 9: (57, 3)
    case 10: (56, 2)
    case 11: (56, 1)
    case 12: (56, 3)
    case 13: (48, 2)
    case 14: (48, 1)
    default: (39, 1)
    }
  }

  static func compactFeatures(_ choices: CompactChoices) -> Features {
    let isDebug = choices.isDebug
    var features: Features = []
    if !(isDebug && choices[5]) { features.insert(.dynamicTop) }
    if !(isDebug && choices[2]) { features.insert(.amdv1EncryptTables) }
    if !(isDebug && choices[3]) { features.insert(.amdv1ForceCoherence) }
    if choices.usesAllAddresses { features.insert(.fullVA) }
    return features
  }

  static var flushesEitherWay: Bool { true }
  /// Every power of two.
  static var entrySizes: UInt64 { .max }

  static var kernelUnitTests: [NamedConfiguration] {
    [
      NamedConfiguration(
        Self.self, "top 2, all features", va: 64, oa: 52,
        [
          .fullVA, .dynamicTop, .flushRange, .flushRangeNoGaps, .amdv1EncryptTables,
          .amdv1ForceCoherence,
        ], top: 2, build: .debug)
    ]
  }

  static var furtherConfigurations: [NamedConfiguration] {
    [
      NamedConfiguration(
        Self.self, "production", va: 64, oa: 52,
        [.dynamicTop, .flushRange, .amdv1EncryptTables, .amdv1ForceCoherence], top: 2),
      NamedConfiguration(
        Self.self, "top 1, encrypted", va: 64, oa: 52,
        [.dynamicTop, .flushRangeNoGaps, .amdv1EncryptTables, .amdv1ForceCoherence], top: 1,
        bit: 47),
      NamedConfiguration(
        Self.self, "fixed top 3", va: 48, oa: 48, [.flushRange], top: 3, build: .debug),
    ]
  }

  static var measuredConfigurations: [MeasuredConfiguration] {
    [
      MeasuredConfiguration(
        configuration: NamedConfiguration(
          Self.self, "", va: 64, oa: 52, [.dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence],
          top: 3),
        pages: [12, 14, 16, 20, 21, 30])
    ]
  }
}

// Words: 2.2.3 "I/O Page Tables for Host Translations", tables "I/O Page Translation Entry (PTE)
// Fields, PR=1" (all bits named here) and "I/O Page Directory Entry (PDE) Fields, PR=1" (PR, Next
// Level, address, IR and IW).
extension AMDv1 {
  /// PR bit 0; Next Level 0: a page of the level's own size, 7: the size is coded by the address's
  /// lowest ones (table "Example Page Size Encodings").
  static func entry(_ word: UInt64, level: Int) -> TableEntry {
    guard word & 1 != 0 else { return .empty }
    switch nextLevel(word) {
    case 0: return .leaf(pa: word & address, sizeLog2: TableEntry.itemLog2(level))
    case 7:
      let number = (word & address) >> 12
      return .leaf(pa: (number & (number &+ 1)) << 12, sizeLog2: codedSizeLog2(word))
    default: return .table(pa: word & address)
    }
  }

  /// Page and next table address, bits 51 to 12: both tables.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  /// Bits 11 to 9: both tables.
  private static func nextLevel(_ word: UInt64) -> UInt64 { word >> 9 & 7 }

  private static func codedSizeLog2(_ word: UInt64) -> Int {
    13 + (~((word & address) >> 12)).trailingZeroBitCount
  }

  /// IR bit 61 and IW bit 62; FC bit 60, in every build, whether its features list that or not.
  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    var wanted: UInt64 = 1 << 60
    if prot & IOPT_PROT_READ.rawValue != 0 { wanted |= 1 << 61 }
    if prot & IOPT_PROT_WRITE.rawValue != 0 { wanted |= 1 << 62 }
    return (7 << 60, wanted)
  }

  static var flags: [(bit: UInt64, name: String)] {
    [(0, "PR"), (5, "A"), (6, "D"), (60, "FC"), (61, "IR"), (62, "IW")]
  }

  static func remark(_ word: UInt64, level: Int) -> String? {
    nextLevel(word) == 7 ? "size=2^\(codedSizeLog2(word))" : "NL=\(nextLevel(word))"
  }
}

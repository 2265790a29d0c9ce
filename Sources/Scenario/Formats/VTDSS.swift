// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// VT-d's second stage. Sections are those of the Intel Virtualization Technology for Directed I/O
/// specification.
enum VTDSS: FormatDescription {
  static var number: UInt32 { IOPT_FORMAT_VTDSS.rawValue }
  static var name: StaticString { "vtdss" }
  static var takesTop: Bool { true }
  static var ownFeatures: Features { [.vtdssForceCoherence, .vtdssForceWriteable] }
  /// Bits 12 to 51.
  static var outputMask: UInt64 { (1 << 52) - 1 }
  static var tracksDirt: Bool { true }

  static func forcesWriting(_ features: Features) -> Bool {
    features.contains(.vtdssForceWriteable)
  }
}

extension Format {
  /// Intel VT-d second stage.
  public static var vtdss: Format { Format(VTDSS.self) }
}

// Configurations.
extension VTDSS {
  static var plainWidths: Widths { (48, 52, 3) }

  static func compactShape(_ index: UInt64, _ features: Features) -> Shape {
    if features.contains(.dynamicTop) { return growingShape(index) }
    return switch index {
    case 0, 1, 2, 3: (48, 3)
    case 4, 5: (57, 4)
    case 6, 7: (39, 2)
    case 8: (31, 2)
    case 9: (47, 3)
    case 10: (38, 2)
    case 11: (36, 2)
    case 12: (45, 3)
    case 13: (56, 4)
    case 14: (54, 4)
    default: (40, 3)
    }
  }

  /// Tops of the debug build that can grow.
  private static func growingShape(_ index: UInt64) -> Shape {
    switch index % 4 {
    case 0: (57, 2)
    case 1: (57, 3)
    case 2: (48, 2)
    default: (56, 3)
    }
  }

  static func compactFeatures(_ choices: CompactChoices) -> Features {
    var features: Features = []
    if choices[0] { features.insert(.dmaIncoherent) }
    if choices[2] { features.insert(.vtdssForceCoherence) }
    if choices[3] { features.insert(.vtdssForceWriteable) }
    if choices.isDebug, choices.usesAllAddresses { features.insert(.fullVA) }
    if choices.isDebug, choices.growsAnyTop { features.insert(.dynamicTop) }
    return features
  }

  static var kernelUnitTests: [NamedConfiguration] {
    [(39, 2), (48, 3), (57, 4)].map { (va: UInt8, top: UInt32) in
      NamedConfiguration(
        Self.self, "\(va)", va: va, oa: 52,
        [
          .dmaIncoherent, .fullVA, .dynamicTop, .flushRange, .flushRangeNoGaps,
          .vtdssForceCoherence,
        ], top: top, build: .debug)
    }
  }

  static var furtherConfigurations: [NamedConfiguration] {
    [
      NamedConfiguration(Self.self, "48 coherent", va: 48, oa: 52, [.flushRange], top: 3),
      NamedConfiguration(
        Self.self, "57 grows from level 2", va: 57, oa: 52,
        [.dmaIncoherent, .fullVA, .dynamicTop, .flushRange], top: 2, build: .debug),
      NamedConfiguration(
        Self.self, "48 no gaps", va: 48, oa: 52, [.flushRangeNoGaps], top: 3, build: .debug),
      NamedConfiguration(
        Self.self, "48 forced writeable", va: 48, oa: 52, [.flushRange, .vtdssForceWriteable],
        top: 3),
    ]
  }

  static var measuredConfigurations: [MeasuredConfiguration] {
    [
      MeasuredConfiguration(
        configuration: NamedConfiguration(Self.self, "", va: 48, oa: 52, [.flushRange], top: 3),
        pages: [12, 21, 30])
    ]
  }
}

// Words: 9.8 "Second-Stage Paging Entries", figure 9-8. R, W and A are in every entry, D and SNP in
// what maps a page. Bit 10 is ignored by hardware and used by software.
extension VTDSS {
  /// R bit 0, W bit 1 (neither: not present, section 3.7); PS bit 7 of SS-PDPE and SS-PDE.
  static func entry(_ word: UInt64, level: Int) -> TableEntry {
    guard word & 3 != 0 else { return .empty }
    guard level == 0 || level <= 2 && word & 0x80 != 0 else { return .table(pa: word & address) }
    return .leaf(pa: word & address, sizeLog2: TableEntry.itemLog2(level))
  }

  /// ADDR: ends at bit 51 or the host's width.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  /// R bit 0, W bit 1; SNP bit 11.
  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    var wanted: UInt64 = 0
    if prot & IOPT_PROT_READ.rawValue != 0 { wanted |= 1 }
    if prot & IOPT_PROT_WRITE.rawValue != 0 { wanted |= 2 }
    if features.contains(.vtdssForceCoherence) { wanted |= 1 << 11 }
    return (1 << 11 | 3, wanted)
  }

  static var flags: [(bit: UInt64, name: String)] {
    [(0, "R"), (1, "W"), (7, "PS"), (8, "A"), (9, "D"), (10, "SW"), (11, "SNP")]
  }
}

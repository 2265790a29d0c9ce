// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// x86-64's own tables, first stage. Sections are those of the Intel 64 and IA-32 Architectures
/// Software Developer's Manual (SDM), volume 3A.
enum X8664: FormatDescription {
  static var number: UInt32 { IOPT_FORMAT_X86_64.rawValue }
  static var name: StaticString { "x86_64" }
  static var takesTop: Bool { true }
  static var ownFeatures: Features { .x8664AMDEncryptTables }
  /// Bits 12 to 51.
  static var outputMask: UInt64 { (1 << 52) - 1 }

  static func encrypts(_ features: Features) -> Bool {
    features.contains(.x8664AMDEncryptTables)
  }
}

extension Format {
  /// x86-64 page tables, as VT-d first stage and AMD version 2 have them.
  public static var x8664: Format { Format(X8664.self) }
}

// Configurations.
extension X8664 {
  static var plainWidths: Widths { (48, 52, 3) }

  static func compactShape(_ index: UInt64, _ features: Features) -> Shape {
    // Without the upper half a bit less is left.
    let less: UInt8 = features.contains(.signExtend) ? 0 : 1
    return index % 2 == 0 ? (48 - less, 3) : (57 - less, 4)
  }

  static func compactFeatures(_ choices: CompactChoices) -> Features {
    var features: Features = []
    if choices[0] { features.insert(.dmaIncoherent) }
    if !choices[4] { features.insert(.signExtend) }
    if choices[2] { features.insert(.x8664AMDEncryptTables) }
    return features
  }

  static var flushesEitherWay: Bool { true }

  static var kernelUnitTests: [NamedConfiguration] {
    [
      unitTest(48, top: 3, .signExtend), unitTest(57, top: 4, .signExtend),
      unitTest(47, top: 3, []), unitTest(56, top: 4, []),
    ]
  }

  private static func unitTest(_ va: UInt8, top: UInt32, _ more: Features) -> NamedConfiguration {
    NamedConfiguration(
      Self.self, "\(va)", va: va, oa: 52,
      more.union([.dmaIncoherent, .flushRange, .flushRangeNoGaps, .x8664AMDEncryptTables]),
      top: top, build: .debug)
  }

  static var furtherConfigurations: [NamedConfiguration] {
    [
      NamedConfiguration(
        Self.self, "48 no gaps", va: 48, oa: 52, [.signExtend, .flushRangeNoGaps], top: 3),
      NamedConfiguration(
        Self.self, "48 encrypted", va: 48, oa: 52,
        [.signExtend, .flushRange, .x8664AMDEncryptTables], top: 3, bit: 51),
    ]
  }

  static var measuredConfigurations: [MeasuredConfiguration] {
    [
      MeasuredConfiguration(
        configuration: NamedConfiguration(
          Self.self, "", va: 48, oa: 52, [.signExtend, .flushRange], top: 3),
        pages: [12, 21, 30])
    ]
  }
}

// Words: 4.5 "4-Level Paging and 5-Level Paging", tables 4-14 to 4-20. P, R/W, U/S, A and XD are in
// every entry, D in what maps a page. Bit 9 is ignored by hardware and used by software.
extension X8664 {
  /// P bit 0; PS bit 7 of PDPTE and PDE (tables 4-16 to 4-19; in a PTE bit 7 is PAT).
  static func entry(_ word: UInt64, level: Int) -> TableEntry {
    guard word & 1 != 0 else { return .empty }
    guard level == 0 || level <= 2 && word & 0x80 != 0 else { return .table(pa: word & address) }
    return .leaf(pa: word & address, sizeLog2: TableEntry.itemLog2(level))
  }

  /// The physical address, below its greatest width: up to bit 51.
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  /// R/W bit 1; what is present can be read.
  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    (2, prot & IOPT_PROT_WRITE.rawValue != 0 ? 2 : 0)
  }

  static var flags: [(bit: UInt64, name: String)] {
    [
      (0, "P"), (1, "RW"), (2, "U"), (5, "A"), (6, "D"), (7, "PS"), (9, "SW"), (63, "XD"),
    ]
  }
}

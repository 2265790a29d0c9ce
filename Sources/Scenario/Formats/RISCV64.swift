// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import SubjectABI

/// RISC-V, Sv39 to Sv57. Sections are those of the privileged architecture.
enum RISCV64: FormatDescription {
  static var number: UInt32 { IOPT_FORMAT_RISCV_64.rawValue }
  static var name: StaticString { "riscv_64" }
  static var takesTop: Bool { false }
  static var ownFeatures: Features { [.riscvSvnapot64k, .riscvSvpbmt] }
  /// 44 bits of page number.
  static var outputMask: UInt64 { (1 << 56) - 1 }

  static func openingHint(_ errno: Int32, _ build: Build, _ kernel: Kernel) -> String? {
    guard build == .production, errno == EOPNOTSUPP, kernel >= .linux7_2 else { return nil }
    return "a production riscv_64 domain must ask for detailed_gather, and not for riscv_svpbmt"
  }
}

extension Format {
  /// RISC-V Sv39, Sv48 and Sv57.
  public static var riscv64: Format { Format(RISCV64.self) }
}

// Configurations.
extension RISCV64 {
  static var plainWidths: Widths { (39, 56, nil) }

  static func compactShape(_ index: UInt64, _ features: Features) -> Shape {
    switch index % 3 {
    case 0: (39, nil)
    case 1: (48, nil)
    default: (57, nil)
    }
  }

  static var rareOutputWidth: UInt8 { 56 }

  static func compactFeatures(_ choices: CompactChoices) -> Features {
    var features: Features = []
    if !choices[4] { features.insert(.signExtend) }
    if choices[2] { features.insert(.riscvSvnapot64k) }
    return features
  }

  static var kernelUnitTests: [NamedConfiguration] {
    [
      unitTest("Sv39, Svnapot", 39, .riscvSvnapot64k), unitTest("Sv48", 48, []),
      unitTest("Sv57, Svnapot", 57, .riscvSvnapot64k),
    ]
  }

  private static func unitTest(_ name: String, _ va: UInt8, _ more: Features) -> NamedConfiguration
  {
    NamedConfiguration(
      Self.self, name, va: va, oa: 56,
      more.union([.signExtend, .flushRange, .flushRangeNoGaps]), build: .debug)
  }

  static var furtherConfigurations: [NamedConfiguration] {
    [
      NamedConfiguration(
        Self.self, "Sv39 production", va: 39, oa: 56,
        [.signExtend, .flushRange, .riscvSvnapot64k]),
      NamedConfiguration(
        Self.self, "Sv39 4K and 2M only", va: 39, oa: 56, [.signExtend, .flushRange],
        pageSizes: 0x20_1000),
    ]
  }

  static var measuredConfigurations: [MeasuredConfiguration] {
    [("Sv39", 39), ("Sv48", 48)].map { name, va in
      MeasuredConfiguration(
        configuration: NamedConfiguration(
          Self.self, name, va: va, oa: 56, [.signExtend, .flushRange, .riscvSvnapot64k]),
        pages: [12, 16, 21, 30])
    }
  }
}

// Words: section 12.4.1, figure "Sv39 page table entry" (the same for Sv48 and Sv57), for the
// positions; 12.3.1 for bits 9 to 0; chapter 13 (Svnapot) for N.
extension RISCV64 {
  /// V bit 0; R W X, bits 1 to 3, tell a leaf (12.3.1, "Encoding of PTE R/W/X fields"); PPN bits 10
  /// to 53 (12.4.1). PBMT, bits 61 and 62 (Svpbmt), is no part of the address.
  static func entry(_ word: UInt64, level: Int) -> TableEntry {
    guard word & 1 != 0 else { return .empty }
    let number = word >> 10 & ((1 << 44) - 1)
    guard word & 0b1110 != 0 else { return .table(pa: number << 12) }
    guard isNAPOT(word, level) else {
      return .leaf(pa: number << 12, sizeLog2: TableEntry.itemLog2(level))
    }
    return .leaf(pa: (number & ~0xf) << 12, sizeLog2: 16)
  }

  /// N bit 63. Chapter 13, "Page table entry encodings when pte.N=1": the low four bits of the PPN
  /// code the size.
  private static func isNAPOT(_ word: UInt64, _ level: Int) -> Bool {
    level == 0 && word & 0b1110 != 0 && word >> 63 != 0
  }

  /// R bit 1, W bit 2; W without R is reserved (12.3.1). PBMT, with Svpbmt: 0 as the platform has it, 1
  /// non-cacheable memory, 2 strongly ordered I/O (chapter 14, table "Page-Based Memory Types").
  static func attributes(_ prot: UInt32, _ features: Features) -> (mask: UInt64, wanted: UInt64) {
    var (mask, wanted): (UInt64, UInt64) = (6, 0)
    if prot & (IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue) != 0 { wanted |= 2 }
    if prot & IOPT_PROT_WRITE.rawValue != 0 { wanted |= 4 }
    if features.contains(.riscvSvpbmt) {
      mask |= 3 << 61
      if prot & IOPT_PROT_MMIO.rawValue != 0 {
        wanted |= 2 << 61
      } else if prot & IOPT_PROT_CACHE.rawValue == 0 {
        wanted |= 1 << 61
      }
    }
    return (mask, wanted)
  }

  static var flags: [(bit: UInt64, name: String)] {
    [
      (0, "V"), (1, "R"), (2, "W"), (3, "X"), (4, "U"), (5, "G"), (6, "A"), (7, "D"),
      (8, "RSW0"), (9, "RSW1"), (61, "PBMT0"), (62, "PBMT1"), (63, "N"),
    ]
  }

  static func remark(_ word: UInt64, level: Int) -> String? {
    let type = [nil, "NC", "IO", "reserved type"][Int(word >> 61 & 3)]
    guard word & 0b1110 != 0, let type else { return isNAPOT(word, level) ? "64K" : nil }
    return isNAPOT(word, level) ? "64K \(type)" : type
  }
}

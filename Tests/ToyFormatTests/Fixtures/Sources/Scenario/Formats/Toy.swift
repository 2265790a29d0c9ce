// SPDX-License-Identifier: GPL-2.0-only

/// A format that nobody builds, for ToyFormatTests: three levels, pages of 4 KiB and 2 MiB.
enum Toy: FormatDescription {
  static var number: UInt32 { 4 }
  static var name: StaticString { "toy" }
  static var takesTop: Bool { false }
  /// Bits 12 to 51.
  static var outputMask: UInt64 { (1 << 52) - 1 }
}

// Configurations.
extension Toy {
  static var plainWidths: Widths { (39, 52, nil) }

  static func compactShape(_ index: UInt64, _ features: Features) -> Shape {
    index < 12 ? (39, nil) : (36, nil)
  }

  static func compactFeatures(_ choices: CompactChoices) -> Features { [] }

  static var furtherConfigurations: [NamedConfiguration] {
    [
      NamedConfiguration(Self.self, "production", va: 39, oa: 52, [.flushRange]),
      NamedConfiguration(Self.self, "no gaps", va: 39, oa: 44, [.flushRangeNoGaps], build: .debug),
    ]
  }
}

// Words: bit 0, the word is in use; bit 1, it maps a page, else it points to a table; bits 2 and 3,
// reading and writing; bits 12 to 51, the address.
extension Toy {
  static func entry(_ word: UInt64, level: Int) -> TableEntry {
    guard word & 1 != 0 else { return .empty }
    let address = word & 0x000f_ffff_ffff_f000
    guard word & 2 != 0 else { return .table(pa: address) }
    return .leaf(pa: address, sizeLog2: TableEntry.itemLog2(level))
  }

  static var flags: [(bit: UInt64, name: String)] { [(1, "PAGE"), (2, "RD"), (3, "WR")] }
}

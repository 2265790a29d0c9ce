// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Table words of every format, read by the specifications.
@Suite struct TableReaderTests {
  /// A word at a level, what it is, and how a report tells it.
  struct Sample: Sendable {
    var format: Format
    var word: UInt64
    var level: Int
    var entry: TableEntry
    var text: String

    init(
      _ format: Format, _ word: UInt64, _ level: Int, _ entry: TableEntry, _ text: String
    ) {
      (self.format, self.word, self.level, self.entry, self.text) = (
        format, word, level, entry, text
      )
    }
  }

  static let samples: [Sample] = [
    Sample(.riscv64, 0, 1, .empty, "empty"),
    Sample(.riscv64, 0x2000_04de, 0, .empty, "not present R W X U A D"),
    Sample(.riscv64, 0x2_0000_0401, 2, .table(pa: 0x8_0000_1000), "table pa=0x800001000 V"),
    Sample(
      .riscv64, 0x2000_04df, 0, .leaf(pa: 0x8000_1000, sizeLog2: 12),
      "leaf oa=0x80001000 V R W X U A D"),
    Sample(
      .riscv64, 0x200_0002f, 2, .leaf(pa: 0x8000_0000, sizeLog2: 30), "leaf oa=0x80000000 V R W X G"
    ),
    Sample(
      .riscv64, 0x8000_0000_2000_2303, 0, .leaf(pa: 0x8000_0000, sizeLog2: 16),
      "leaf oa=0x80000000 V R RSW0 RSW1 N 64K"),
    Sample(
      .riscv64, 0x4000_0000_2000_04df, 0, .leaf(pa: 0x8000_1000, sizeLog2: 12),
      "leaf oa=0x80001000 V R W X U A D PBMT1 IO"),
    Sample(
      .riscv64, 0xa000_0000_2000_2303, 0, .leaf(pa: 0x8000_0000, sizeLog2: 16),
      "leaf oa=0x80000000 V R RSW0 RSW1 PBMT0 N 64K NC"),
    Sample(.amdv1, 0x6000_0008_0000_2000, 1, .empty, "not present IR IW NL=0"),
    Sample(
      .amdv1, 0x6000_0008_0000_2201, 1, .table(pa: 0x8_0000_2000),
      "table pa=0x800002000 PR IR IW NL=1"),
    Sample(
      .amdv1, 0x7000_0000_1234_5061, 0, .leaf(pa: 0x1234_5000, sizeLog2: 12),
      "leaf oa=0x12345000 PR A D FC IR IW NL=0"),
    Sample(
      .amdv1, 0x2000_0000_1234_7e01, 0, .leaf(pa: 0x1234_0000, sizeLog2: 16),
      "leaf oa=0x12340000 PR IR size=2^16"),
    Sample(.vtdss, 0x1234_5c00, 0, .empty, "not present SW SNP"),
    Sample(.vtdss, 0x8_0000_1403, 1, .table(pa: 0x8_0000_1000), "table pa=0x800001000 R W SW"),
    Sample(.vtdss, 0x8_0000_1083, 3, .table(pa: 0x8_0000_1000), "table pa=0x800001000 R W PS"),
    Sample(
      .vtdss, 0x4000_0b81, 2, .leaf(pa: 0x4000_0000, sizeLog2: 30),
      "leaf oa=0x40000000 R PS A D SNP"),
    Sample(.x8664, 0x8000_0000_0000_0062, 0, .empty, "not present RW A D XD"),
    Sample(.x8664, 0x8_0000_1227, 3, .table(pa: 0x8_0000_1000), "table pa=0x800001000 P RW U A SW"),
    Sample(
      .x8664, 0x8000_0000_0020_00e7, 1, .leaf(pa: 0x20_0000, sizeLog2: 21),
      "leaf oa=0x200000 P RW U A D PS XD"),
  ]

  @Test(arguments: samples)
  func wordsReadAsTheSpecificationsSay(_ sample: Sample) {
    let reader = TableReader(domain(sample.format))
    #expect(reader.entry(sample.word, level: sample.level) == sample.entry)
    #expect(reader.text(sample.word, level: sample.level) == sample.text)
  }

  /// The bit that memory encryption sets is told, and taken from the address: on AMDv1 always, on
  /// x86-64 with its feature, elsewhere never.
  @Test func theEncryptionBitIsNoPartOfAnAddress() {
    let word: UInt64 = 1 << 47 | 0x20_0001
    let plain = TableEntry.leaf(pa: 0x20_0000, sizeLog2: 12)
    let whole = TableEntry.leaf(pa: 1 << 47 | 0x20_0000, sizeLog2: 12)
    for (format, features, entry) in [
      (.amdv1, [], plain), (.x8664, .x8664AMDEncryptTables, plain), (.x8664, [], whole),
      (.vtdss, [], whole),
    ] as [(Format, Features, TableEntry)] {
      let reader = TableReader(domain(format, features, bit: 47))
      #expect(reader.entry(word, level: 0) == entry, "\(format)")
      #expect(reader.text(word, level: 0).hasSuffix(" C") == (entry == plain), "\(format)")
    }
    #expect(TableReader(domain(.amdv1)).entry(word, level: 0) == whole)
  }

  @Test func numbersOfFormatsHaveNoGaps() {
    #expect(Format.allCases.map(\.rawValue) == Array(0..<UInt32(Format.allCases.count)))
    #expect(Set(Format.allCases.map(\.description)).count == Format.allCases.count)
    #expect(Format(rawValue: UInt32(Format.allCases.count)) == nil)
  }
}

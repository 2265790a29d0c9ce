// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// The walk over tables that a test made up: what is found, and what is wrong with them.
@Suite struct TableWalkTests {
  private let memory = FakeMemory()
  private let reader = TableReader(domain(.vtdss))

  init() { for pa in [0x1000, 0x2000, 0x3000] as [UInt64] { memory.add(pa) } }

  private func walk(level: Int = 2, signExtending width: Int? = nil) -> TableWalk {
    TableWalk(top: 0x1000, level: level, reader: reader, signExtending: width, in: memory)
  }

  @Test func leavesAndTablesAreFoundWithTheirPlaces() {
    memory[0x1000, 1] = 0x2003
    memory[0x2000, 2] = 0x3003
    memory[0x2000, 3] = 0x4020_0083
    memory[0x3000, 511] = 0x7777_0001
    let walk = walk()
    #expect(walk.faults.isEmpty)
    #expect(walk.tables.map(\.pa) == [0x1000, 0x2000, 0x3000])
    #expect(walk.tables.map(\.level) == [2, 1, 0])
    #expect(walk.tables.map(\.iova) == [0, 0x4000_0000, 0x4040_0000])
    #expect(walk.tables.map(\.link) == [0, 0x2003, 0x3003])
    #expect(walk.leaves.map(\.iova) == [0x405f_f000, 0x4060_0000])
    #expect(walk.leaves.map(\.pa) == [0x7777_0000, 0x4020_0000])
    #expect(walk.leaves.map(\.size) == [0x1000, 0x20_0000])
  }

  @Test func theUpperHalfOfASignExtendedSpaceLiesAtTheTop() {
    memory[0x1000, 256] = 0x83
    #expect(walk(signExtending: 39).leaves.map(\.iova) == [0xffff_ffc0_0000_0000])
    #expect(walk().leaves.map(\.iova) == [0x40_0000_0000])
  }

  /// Words and levels, and the fault.
  static let broken: [(index: Int, word: UInt64, level: Int, fault: String)] = [
    (0, 0x9003, 2, "a link to 0x9000 which is no live table"),
    (0, 0x1003, 2, "two links to 0x1000 "),
    (7, 0x2003, 8, "the top 0x1000 is no table"),
  ]

  @Test(arguments: broken)
  func brokenTreesAreFaults(_ index: Int, _ word: UInt64, _ level: Int, _ fault: String) {
    memory[0x1000, index] = word
    #expect(walk(level: level).faults == [fault])
  }

  @Test func aTopThatIsNoTableIsAFault() {
    let walk = TableWalk(top: 0x8000, level: 2, reader: reader, in: memory)
    #expect(walk.faults == ["the top 0x8000 is no table"] && walk.tables.isEmpty)
  }

  @Test func aTableThatIsLinkedTwiceIsVisitedOnce() {
    memory[0x1000, 0] = 0x2003
    memory[0x1000, 1] = 0x2003
    memory[0x2000, 0] = 0x3083
    let walk = walk()
    #expect(walk.faults == ["two links to 0x2000 "])
    #expect(walk.leaves.count == 1)
  }

  @Test func itemsOfAContiguousEntryMustAgreeAndFit() {
    let reader = TableReader(domain(.riscv64))
    // 64 KiB: N, and 1000 in the low bits of the page number.
    let napot: UInt64 = 1 << 63 | 0x108 << 10 | 0b1111
    for index in 16..<32 { memory[0x1000, index] = napot }
    func walk() -> TableWalk { TableWalk(top: 0x1000, level: 0, reader: reader, in: memory) }
    #expect(walk().faults.isEmpty)
    #expect(walk().leaves.map(\.sizeLog2) == [16])
    memory[0x1000, 20] = 0
    #expect(walk().faults == ["item 20 of table 0x1000 disagrees with its entry at 16"])
    memory[0x1000, 20] = napot
    memory[0x1000, 5] = napot
    #expect(walk().faults.contains("an entry of table 0x1000 does not fit"))
  }

  @Test func wordsBeyondSixtyFourBitsDecodeNothing() {
    let reader = TableReader(domain(.amdv1))
    memory[0x1000, 127] = 0x2001 | 5 << 9
    memory[0x1000, 128] = 0x9001 | 5 << 9
    let walk = TableWalk(top: 0x1000, level: 5, reader: reader, in: memory)
    #expect(walk.faults.isEmpty)
    #expect(walk.tables.map(\.iova) == [0, 127 << 57])
  }

  @Test func leavesAreLeftOutWhereNobodyWantsThem() {
    memory[0x1000, 0] = 0x2003
    memory[0x2000, 0] = 0x83
    let walk = TableWalk(top: 0x1000, level: 2, reader: reader, in: memory, keepsLeaves: false)
    #expect(walk.leaves.isEmpty && walk.tables.count == 2)
  }
}

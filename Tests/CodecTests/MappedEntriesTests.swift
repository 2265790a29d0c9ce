// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import ScenarioLanguage

/// What an input may ask for, before it is run.
@Suite struct MappedEntriesTests {
  private func entries(_ text: String) throws -> UInt64 {
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "x").first!.scenario
    var lowered = LoweredScenario()
    lowered.lower(scenario)
    return lowered.mappedEntries
  }

  private static let plain = "iopt 1\ndomain format=x86_64 va=48 oa=52 features=none top=3\n"
  private static let widest = "iopt 1\ndomain format=amdv1 va=64 oa=52 features=none top=5\n"
  private static let layer =
    "iopt 2\ndomain format=x86_64 kernel=7.3 va=48 oa=52 features=none top=3\n"
    + "dma queue=percpu cpus=1 size=16 timeout=10 mode=fq limit=0xffffffff\n"

  @Test func largeAlignedMappingsTakeFewLargeEntries() throws {
    // Of 1 TiB, with what may be in front of the first large page and behind the last.
    for iova in [0x0, 0x1000, 0x20_0000] {
      let map = "map \(hex(iova)) \(hex(iova)) 0x10000000000 rw\n"
      #expect((1024...1024 + 4 * 511 + 1).contains(try entries(Self.plain + map)))
    }
    #expect(try entries(Self.plain + "map 0x2000 0x1000 0x10000000000 rw\n") >= 1 << 28)
    let largest = "map 0x0 0x0 0x8000000000000 rw\n"
    #expect(try entries(Self.widest + largest) <= 1 << 13)
    let between = Self.widest.replacing("top=5", with: "top=5 pgsizes=0x40001000")
    #expect(try entries(between + "map 0x1000 0x1000 0x40000000 rw\n") >= (1 << 18) - 1)
  }

  private func hex(_ number: Int) -> String { "0x" + String(number, radix: 16) }

  @Test func aSumThatNoNumberHoldsIsNone() throws {
    let map = "map 0x2000 0x1000 0x8000000000000000 rw\n"
    #expect(try entries(Self.widest + String(repeating: map, count: 8192)) == .max)
  }

  @Test func noInputThatIsBoundedAsksForMany() {
    var random = TestRandom(state: 11)
    var lowered = LoweredScenario()
    var most: UInt64 = 0
    for round in 0..<2000 {
      var bytes = round % 2 == 0 ? random.exactBytes(upTo: 4096) : random.bytes(upTo: 4096)
      bytes.withUnsafeMutableBufferPointer { boundInput($0, size: $0.count) }
      bytes.withUnsafeBufferPointer { decodeLowered($0, into: &lowered) }
      most = max(most, lowered.mappedEntries)
    }
    #expect(1000..<1 << 18 ~= most)
  }

  @Test func whatIsRefusedForWantOfAddressesTakesNone() throws {
    #expect(try entries(Self.plain + "map 0x1000 0x1000 0xfffffffffffff000 rw\n") == 0)
    #expect(try entries(Self.layer + "dma_map 0 0x1000 0x1000000000 to_device\n") == 0)
    #expect(
      try entries(Self.layer + "dma_map 0 0x1000 0x1000000000 to_device limit=0xffffffffff\n")
        >= 1 << 24)
  }

  @Test func everyPieceOfAListCounts() throws {
    let list = "dma_map_sg 0 to_device 0x1000:0x80000000 0x1000:0x40000000\n"
    #expect(try entries(Self.layer + list) >= 3 << 18)
    #expect(
      try entries(Self.layer + "dma_iova_link 0 0x0 0x1000 0x80000000 to_device\n") >= 1 << 19)
  }
}

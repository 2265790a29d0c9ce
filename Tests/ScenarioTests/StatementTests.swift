// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Every statement: from text to its value and back, and the other way round.
@Suite struct StatementTests {
  /// Canonical lines that need no `dma` line, and what they mean.
  static let operations: [(String, Operation)] = [
    (
      "map 0x1000 0x80001000 0x2000 rwcnmp",
      .map(
        iova: 0x1000, pa: 0x8000_1000, length: 0x2000,
        prot: [.read, .write, .cache, .noExec, .mmio, .privileged])
    ),
    ("map 0x0 0x0 0x0 -", .map(iova: 0, pa: 0, length: 0, prot: [])),
    (
      "map_range 0xffffffffffffffff 0xffffffffffffffff 0xffffffffffffffff w",
      .mapRange(iova: .max, pa: .max, length: .max, prot: .write)
    ),
    ("unmap 0xa0 0xb1", .unmap(iova: 0xa0, length: 0xb1)),
    ("gather 0 strict", .gather(0, queued: false)),
    ("gather 3 queued", .gather(3, queued: true)),
    ("unmap_fast 2 0x1000 0x2000", .unmapFast(gather: 2, iova: 0x1000, length: 0x2000)),
    ("iotlb_sync 1", .iotlbSync(gather: 1)),
    ("flush 3", .flush(gather: 3)),
    ("iova_to_phys 0xabc", .iovaToPhys(iova: 0xabc)),
    ("set_dirty 0x0", .setDirty(iova: 0)),
    (
      "read_and_clear_dirty 0 0x0 0x1000 clear",
      .readAndClearDirty(gather: 0, iova: 0, length: 0x1000, keep: false)
    ),
    (
      "read_and_clear_dirty 1 0x0 0x1000 keep",
      .readAndClearDirty(gather: 1, iova: 0, length: 0x1000, keep: true)
    ),
    ("fail_alloc 0", .failAlloc(countdown: 0)),
    ("fail_alloc 18446744073709551615", .failAlloc(countdown: .max)),
  ]

  static let layer: [(String, Operation)] = [
    (
      "dma_map 0 0x1234 0x1 to_device",
      .dmaMap(handle: 0, pa: 0x1234, length: 1, direction: .toDevice, cpu: 0)
    ),
    (
      "dma_map 65535 0x0 0x1000000000000 from_device cpu=1",
      .dmaMap(handle: 65535, pa: 0, length: 1 << 48, direction: .fromDevice, cpu: 1)
    ),
    (
      "dma_map_sg 7 bidirectional 0x1000:0x2000 cpu=255",
      .dmaMapSG(
        handle: 7, direction: .bidirectional, pieces: [ScatterPiece(pa: 0x1000, length: 0x2000)],
        cpu: 255)
    ),
    (
      "dma_map_sg 7 to_device 0x0:0x0 0xfffffffffffff000:0xfffff000",
      .dmaMapSG(
        handle: 7, direction: .toDevice,
        pieces: [
          ScatterPiece(pa: 0, length: 0), ScatterPiece(pa: ~0xfff, length: 0xffff_f000),
        ],
        cpu: 0)
    ),
    ("dma_unmap 9", .dmaUnmap(handle: 9, cpu: 0)),
    ("dma_unmap 9 cpu=3", .dmaUnmap(handle: 9, cpu: 3)),
    ("relax", .relax(cpu: 0)),
    ("relax cpu=2", .relax(cpu: 2)),
    ("fail_fq", .failFQ),
    ("tick 0", .tick(milliseconds: 0)),
    ("tick 18446744073709551615", .tick(milliseconds: .max)),
    ("reserve 0x0 0xffffffffffffffff", .reserve(iova: 0, length: .max)),
    ("reserve 0xffffffffffffffff 0x1", .reserve(iova: .max, length: 1)),
  ]

  private static let layerStart =
    Start.domain + "dma queue=single cpus=256 size=2 timeout=0 mode=strict limit=0x0\n"

  private func read(_ text: String) throws -> Scenario {
    let all = try readScenarios(bytes: Array(text.utf8), name: "case.iopt")
    try #require(all.count == 1)
    return all[0].scenario
  }

  @Test(arguments: operations)
  func anOperationOnTheDomainIsItsLine(_ line: String, _ operation: Operation) throws {
    #expect(operation.text == line)
    let scenario = try read(Start.domain + line + "\n")
    #expect(scenario.operations == [operation])
    #expect(scenario.text == Start.domain + line + "\n")
  }

  @Test(arguments: layer)
  func anOperationOfTheDMALayerIsItsLine(_ line: String, _ operation: Operation) throws {
    #expect(operation.text == line)
    let scenario = try read(Self.layerStart + line + "\n")
    #expect(scenario.operations == [operation])
    #expect(scenario.text == Self.layerStart + line + "\n")
  }

  /// What is read, and how it is printed.
  static let spellings = [
    ("map 4096 0x00 0x1000 wr", "map 0x1000 0x0 0x1000 rw"),
    ("map 0x0 0x0 0x1000 pmncwr", "map 0x0 0x0 0x1000 rwcnmp"),
    ("fail_alloc 0x10", "fail_alloc 16"),
    ("iotlb_sync 0x1", "iotlb_sync 1"),
  ]

  @Test(arguments: spellings) func printingIsCanonical(_ line: String, _ canonical: String) throws {
    #expect(try read(Start.domain + line).operations.map(\.text) == [canonical])
  }

  static let layerSpellings = [
    ("dma_unmap 0x9 cpu=0", "dma_unmap 9"),
    ("dma_map_sg 0 to_device 4096:8192 cpu=0", "dma_map_sg 0 to_device 0x1000:0x2000"),
    ("relax cpu=0x1f", "relax cpu=31"),
    ("tick 0xa", "tick 10"),
  ]

  @Test(arguments: layerSpellings)
  func printingTheLayerIsCanonical(_ line: String, _ canonical: String) throws {
    #expect(try read(Self.layerStart + line).operations.map(\.text) == [canonical])
  }

  @Test(arguments: operations.map(\.0).filter { !$0.contains(" ") || $0.contains("0x0") })
  func theDomainsOwnOperationsStandBesideADMALayer(_ line: String) throws {
    let word = line.prefix { $0 != " " }
    guard ["map", "map_range", "unmap", "iova_to_phys", "set_dirty"].contains(String(word)) else {
      return
    }
    #expect(try read(Self.layerStart + line).operations.map(\.text) == [line])
  }

  @Test func aFileHoldsSeveralScenariosAndEverythingIsReset() throws {
    let text = Self.layerStart + "relax\n\n" + Start.domain + "gather 0 strict\n" + Start.domain
    let all = try readScenarios(bytes: Array(text.utf8), name: "case.iopt")
    #expect(all.map(\.line) == [1, 6, 9])
    #expect(all.map { $0.scenario.dma != nil } == [true, false, false])
    #expect(all.map(\.scenario.operations.count) == [1, 1, 0])
  }
}

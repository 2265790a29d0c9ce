// SPDX-License-Identifier: GPL-2.0-only
import Import
import Testing

/// Buffers that share an IOVA or memory for a moment.
@Suite struct ReuseTests {
  private func map(_ task: String, _ pa: String, _ time: String) -> String {
    """
    \(task) [001] d..1. \(time)1: map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000\(pa) size=4096
    \(task) [001] d..1. \(time)2: dma_map_phys: 0000:3b:00.0 dir=TO_DEVICE dma_addr=fffff000 size=4096 phys_addr=\(pa) attrs=

    """
  }
  private func pageUnmap(_ task: String, _ time: String) -> String {
    "\(task) [001] d..1. \(time): unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 unmapped_size=4096\n"
  }
  private func unmap(_ task: String, _ time: String) -> String {
    "\(task) [001] d..1. \(time): dma_unmap_phys: 0000:3b:00.0 dir=TO_DEVICE dma_addr=fffff000 size=4096 attrs=\n"
  }

  @Test func anUnmapWhoseEventComesBehindTheNextMapIsTheOldBuffers() throws {
    let read = try Imported(
      map("a-1", "100000000", "1.00000") + pageUnmap("a-1", "2.000000")
        + map("b-2", "200000000", "2.00001") + unmap("a-1", "2.000020")
        + pageUnmap("b-2", "3.000000") + unmap("b-2", "3.000001"))
    #expect(read.tally.unseenUnmaps == 0 && read.tally.assumedUnmaps == 0)
    let operations = read.operations.filter { $0.hasPrefix("dma_") }.map {
      $0.split(separator: " ").prefix(3).joined(separator: " ")
    }
    #expect(operations.filter { $0.hasPrefix("dma_map") }.count == 2)
    #expect(operations.filter { $0.hasPrefix("dma_unmap") }.count == 2)
    // The old one goes before the new one comes, as the page-level unmap says.
    #expect(operations.map { $0.hasPrefix("dma_map") } == [true, false, true, false])
    #expect(read.tally.splitSpaces == 0 && read.spaces.count == 1)
  }

  @Test func withoutAPageLevelUnmapTheOldBufferIsTakenToBeGone() throws {
    let read = try Imported(
      map("a-1", "100000000", "1.00000") + map("b-2", "200000000", "2.00001"))
    #expect(read.tally.assumedUnmaps == 1)
  }

  @Test func theDirectionTellsListsOfTheSameMemoryApart() throws {
    func list(_ event: String, _ direction: String, _ rest: String) -> String {
      "a-1 [001] d..1. 1.000001: dma_\(event): 0000:3b:00.0 dir=\(direction) \(rest)phys_addrs={0x100000000} attrs=\n"
    }
    let maps =
      list("map_sg", "TO_DEVICE", "nents=1/1 ents=1/1 dma_addrs={0xfffff000} sizes={0x1000} ")
      + list("map_sg", "FROM_DEVICE", "nents=1/1 ents=1/1 dma_addrs={0xffffe000} sizes={0x1000} ")
    let read = try Imported(
      maps + list("unmap_sg", "FROM_DEVICE", "") + list("unmap_sg", "TO_DEVICE", ""))
    #expect(read.tally.ambiguousUnmaps == 0)
    #expect(
      read.operations.suffix(2).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        == ["dma_unmap 1", "dma_unmap 0"])
  }
}

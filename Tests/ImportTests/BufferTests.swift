// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

@Suite struct BufferTests {
  @Test(arguments: [
    "dma_addrs={0xffffc000,0xffffa800} sizes={0x2000,0x400} phys_addrs={0x5000,0x9800}",
    "dma_addrs=4294950912 4294944768 sizes=8192 1024 phys_addrs=20480 38912",
  ])
  func listsAreReadAsTheKernelAndAsLibtraceeventPrintThem(_ lists: String) throws {
    let imported = try Imported(
      "nvme-1 [003] ..... 1.000001: dma_map_sg: 0000:01:00.0 dir=FROM_DEVICE nents=2/2 ents=2/2 \(lists) attrs=\n"
    )
    #expect(imported.operations == ["dma_map_sg 0 from_device 0x5000:0x2000 0x9000:0x1000 cpu=3"])
    #expect(imported.tally.guessedLists == 0)
  }

  @Test func mapsBesideAListTellItsPieces() throws {
    let imported = try Imported(
      """
      nvme-1 [003] ..... 1.000001: map: IOMMU: iova=0x00000000ffff8000 - 0x00000000ffffb000 paddr=0x0000000000005000 size=12288
      nvme-1 [003] ..... 1.000002: map: IOMMU: iova=0x00000000ffffb000 - 0x00000000ffffc000 paddr=0x0000000000020000 size=4096
      nvme-1 [003] ..... 1.000003: dma_map_sg: 0000:01:00.0 dir=FROM_DEVICE dma_addrs={0xffff8000} sizes={0x4000} phys_addrs={0x5000,0x7000,0x20000} attrs=
      nvme-1 [003] ..... 1.000004: dma_unmap_sg: 0000:01:00.0 dir=FROM_DEVICE phys_addrs={0x5000,0x7000,0x20000} attrs=
      nvme-1 [003] ..... 1.000005: unmap: IOMMU: iova=0x00000000ffff8000 - 0x00000000ffffc000 size=16384 unmapped_size=16384

      """)
    #expect(
      imported.operations == [
        "dma_map_sg 0 from_device 0x5000:0x2000 0x7000:0x1000 0x20000:0x1000 cpu=3",
        "dma_unmap 0 cpu=3",
      ])
  }

  @Test func madeUpLengthsAndTruncationAreSaid() throws {
    let imported = try Imported(
      """
      nvme-1 [003] ..... 1.000003: dma_map_sg: 0000:01:00.0 dir=FROM_DEVICE nents=2/2 ents=1/1 dma_addrs={0xffff8000} sizes={0x4000} phys_addrs={0x5000,0x20000} attrs=
      nvme-1 [003] ..... 1.000004: dma_map_sg: 0000:01:00.0 dir=FROM_DEVICE nents=1/200 ents=1/200 [TRUNCATED] dma_addrs={0xfff08000} sizes={0x1000} phys_addrs={0x8000} attrs=

      """)
    #expect(imported.tally.guessedLists == 1)
    #expect(imported.tally.shortenedLists == 1)
    #expect(imported.lines.truncated == 1)
    #expect(
      imported.operations.first == "dma_map_sg 0 from_device 0x5000:0x2000 0x20000:0x2000 cpu=3")
  }

  @Test func allocationsTakeTheirMemoryFromTheMapsBesideThem() throws {
    let imported = try Imported(
      """
      probe-1 [000] ..... 1.000001: map: IOMMU: iova=0x00000000fffe0000 - 0x00000000fffe2000 paddr=0x0000000000100000 size=8192
      probe-1 [000] ..... 1.000002: map: IOMMU: iova=0x00000000fffe2000 - 0x00000000fffe3000 paddr=0x0000000000200000 size=4096
      probe-1 [000] ..... 1.000003: dma_alloc: 0000:01:00.0 dma_addr=fffe0000 size=12000 virt_addr=000000006cadbcb1 flags=GFP_KERNEL attrs=
      probe-1 [000] ..... 1.000004: dma_alloc: 0000:01:00.0 dir=BIDIRECTIONAL dma_addr=fffd0000 size=4096 virt_addr=000000006cadbcb2 flags=GFP_KERNEL|__GFP_ZERO attrs=
      kworker/0:1-9 [001] ..... 1.000005: dma_free: 0000:01:00.0 dma_addr=fffe0000 size=12000 virt_addr=000000006cadbcb1 attrs=
      kworker/0:1-9 [001] ..... 1.000006: unmap: IOMMU: iova=0x00000000fffe0000 - 0x00000000fffe3000 size=12288 unmapped_size=12288

      """)
    #expect(
      imported.operations.first == "dma_map_sg 0 bidirectional 0x100000:0x2000 0x200000:0x1000")
    #expect(imported.operations.last == "dma_unmap 0 cpu=1")
    #expect(imported.operations.count == 3)
    #expect(imported.tally.inventedPhysical == 1)
    #expect(imported.lines.hashed == 3)
  }

  @Test func aHiddenPhysicalAddressIsMadeUpAndSaid() throws {
    let imported = try Imported(
      "qemu-1 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=(____ptrval____) size=4096\n"
    )
    #expect(imported.operations.count == 1)
    #expect(imported.lines.hashed == 1 && imported.tally.inventedPhysical == 1)
    #expect(imported.complaints.isEmpty)
  }

  @Test func whatFailedOrWasNeverSeenIsCounted() throws {
    let imported = try Imported(
      """
      nvme-1 [003] ..... 1.000001: dma_map_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=ffffffffffffffff size=4096 phys_addr=5000 attrs=
      nvme-1 [003] ..... 1.000002: dma_unmap_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=fffe0000 size=4096 attrs=
      nvme-1 [003] ..... 1.000003: dma_unmap_sg: 0000:01:00.0 dir=TO_DEVICE phys_addrs={0x5000} attrs=
      nvme-1 [003] ..... 1.000004: dma_map_resource: 0000:01:00.0 dir=BIDIRECTIONAL dma_addr=fffd0000 size=4096 phys_addr=e0000000 attrs=MMIO|SKIP_CPU_SYNC

      """)
    #expect(imported.operations == ["dma_map 0 0xe0000000 0x1000 bidirectional attrs=mmio cpu=3"])
    #expect(imported.tally.failedMaps == 1)
    #expect(imported.tally.unseenUnmaps == 2)
  }

  @Test func handlesAreUsedAgain() throws {
    var text = ""
    for index in 0..<70_000 {
      let time = "1.\(String(1_000_000 + index).dropFirst())"
      text +=
        "nvme-1 [000] ..... \(time): dma_map_phys: d dir=TO_DEVICE dma_addr=fffff000 size=64 phys_addr=5000 attrs=\n"
      text +=
        "nvme-1 [000] ..... \(time): dma_unmap_phys: d dir=TO_DEVICE dma_addr=fffff000 size=64 attrs=\n"
    }
    let imported = try Imported(text)
    #expect(imported.tally.withoutHandle == 0)
    #expect(
      imported.operations.allSatisfy {
        $0.hasPrefix("dma_map 0 ") || $0 == "dma_unmap 0" || $0.hasPrefix("tick")
      })
  }

  @Test func renamedAddressesKeepAlignmentAndAdjacency() throws {
    let text = """
      qemu-1 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000000000 paddr=0x00000012c0000000 size=1073741824
      qemu-1 [000] ..... 1.000002: map: IOMMU: iova=0x0000000040000000 paddr=0x0000001300000000 size=2097152
      qemu-1 [000] ..... 1.000003: map: IOMMU: iova=0x0000000050000000 paddr=0x0000000007a63000 size=4096
      qemu-1 [000] ..... 1.000004: map: IOMMU: iova=0x0000000050001000 paddr=0x0000000007a63000 size=4096

      """
    let imported = try Imported(text) { $0.keepsAddresses = false }
    let pas: [UInt64] = try imported.scenarios[0].operations.map {
      guard case .map(_, let pa, _, _) = $0 else { return 0 }
      return pa
    }
    #expect(pas[0] % (1 << 30) == 0)
    #expect(pas[1] == pas[0] + 1 << 30)
    #expect(pas[2] % (1 << 21) == 0x7a63000 % (1 << 21))
    #expect(pas[3] == pas[2])
    #expect(Set(pas).isDisjoint(with: [0x12_c000_0000, 0x13_0000_0000, 0x7a6_3000]))
    #expect(!imported.text.contains("12c0000000"))
  }
}

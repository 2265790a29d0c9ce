// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

/// Lines that a mail broke, wherever: they are the operation that they were, or an error with its
/// place, never another operation.
@Suite struct WrapTests {
  private static let front = "    scan-disk-2218    [002] d..1.   611.204113: "

  private static let lines = [
    "map: IOMMU: iova=0x00000000ffffe000 - 0x0000000100000000 paddr=0x00000001a7c40000 size=8192",
    "map: IOMMU: iova=0x00000000ffffe000 paddr=0x00000001a7c40000 size=8192",
    "dma_map_phys: 0000:3b:00.0 dir=FROM_DEVICE dma_addr=ffffe000 size=8192 phys_addr=1a7c40000 attrs=SKIP_CPU_SYNC|MMIO",
    "dma_map_sg: 0000:3b:00.0 dir=TO_DEVICE nents=2/2 ents=1/1 dma_addrs={0xffff8000} sizes={0x3000} phys_addrs={0x1a7c60000,0x115003000} attrs=",
    "dma_map_sg: 0000:3b:00.0 dir=TO_DEVICE nents=2/2 ents=2/2 dma_addrs=4294950912 4294959104 sizes=8192 4096 phys_addrs=20480 4096 attrs=",
    "dma_alloc: 0000:3b:00.0 dir=BIDIRECTIONAL dma_addr=fe980000 size=524288 virt_addr=000000006cadbcb1 flags=GFP_KERNEL|__GFP_ZERO attrs=",
  ]

  @Test(arguments: lines, ["", "> "])
  func aBrokenLineIsRightOrAnError(_ event: String, _ quote: String) throws {
    let line = Self.front + event
    let whole = try Imported(line + "\n  trailing text of the mail here.\n")
    #expect(whole.operations.count == 1)
    let text = Array(line)
    var right = 0
    for place in 37..<text.count where text[place - 1] != " " {
      let front = String(text[..<place])
      let back = String(text[place...].drop { $0 == " " })
      let read = try Imported(
        "\(quote)\(front)\n\(quote)\(back)\n\(quote)\n  trailing text of the mail here.\n")
      if read.operations == whole.operations {
        right += 1
      } else {
        #expect(read.operations.isEmpty, "\(front)⏎\(back)")
        #expect(read.complaints.count == 1 && read.lines.malformed == 1, "\(front)⏎\(back)")
      }
      // Where a mail breaks lines by itself, they are whole again.
      if text[place] == " " { #expect(read.operations == whole.operations, "\(front)⏎\(back)") }
    }
    #expect(right > (text.count - 37) / 2)
  }

  @Test(arguments: [
    "unmap: IOMMU: iova=0x00000000ffffe000 - 0x0000000100000000 size=8192 unmapped_size=8192",
    "unmap: IOMMU: iova=0x00000000ffffe000 size=8192 unmapped_size=8192",
  ])
  func aBrokenUnmapIsRightOrAnError(_ event: String) throws {
    let map = "\(Self.front)\(Self.lines[0])\n"
    let text = Array(Self.front + event)
    for place in 37..<text.count where text[place - 1] != " " {
      let (front, back) = (String(text[..<place]), String(text[place...].drop { $0 == " " }))
      let read = try Imported("\(map)\(front)\n\(back)\n\n  trailing text here.\n")
      if read.operations.count == 2 {
        #expect(read.operations[1] == "unmap 0xffffe000 0x2000", "\(front)⏎\(back)")
        #expect(read.tally.partialUnmaps == 0, "\(front)⏎\(back)")
      } else {
        #expect(read.complaints.count == 1, "\(front)⏎\(back)")
      }
    }
  }

  @Test func aStrayWordBetweenFieldsIsAnError() throws {
    let read = try Imported(
      Self.front
        + "map: IOMMU: iova=0x00000000ffffe000 - 0x0000000100000000 oops paddr=0x00000001a7c40000 size=8192\n"
    )
    #expect(read.operations.isEmpty)
    #expect(read.complaints.map { $0.hasPrefix("trace:1:106: ") } == [true])
  }

  @Test func aShortAddressOfAPageLevelEventIsAnError() throws {
    let read = try Imported(
      Self.front + "map: IOMMU: iova=0x00000000ffffe paddr=0x00000001a7c40000 size=8192\n")
    #expect(read.operations.isEmpty && read.lines.malformed == 1)
  }
}

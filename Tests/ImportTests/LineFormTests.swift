// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@Suite struct LineFormTests {
  private let map = ["map 0xffff0000 0x123456000 0x2000 rw"]

  @Test(arguments: [
    // tracefs, with and without flags, with a process, and with nanoseconds.
    "          <idle>-0       [002] d.h1.  1234.567890: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    "  CPU 0/KVM-4330    (   4321) [002] .......  1234.567890123: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    "  kworker/u8:2-ev-99    (-----) [002] ..... 1234.567890: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    // trace-cmd report, older and newer kernels.
    "   (udev-worker)-532   [010]     4.878076: map:                  IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192",
    "   nvme-1 [x]-7   [000] d..2.   4.878076: map:   IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    // perf script, with and without a thread's number.
    "qemu-system-x86  4321 [003]  1234.567890:                 iommu:map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    "CPU 0/KVM  4321/4330 [003]  1234.567890123: iommu:map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    // Another clock, and a bare event as people paste it.
    "  qemu-12   [001] ..... 99887766: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=8192",
    "    map: IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192",
    // The kernel's log.
    "[81234.281515] iommu: map: iova 0xffff0000 pa 0x0000000123456000 size 0x2000",
    "<7>[    1.281515][  T321] iommu: map: iova 0xffff0000 pa 0x0000000123456000 size 0x2000",
    "Nov 26 12:00:01 host kernel: iommu: mapping: iova 0xffff0000 pa 0x0000000123456000 pgsize 0x1000 count 2",
  ])
  func everyFormOfALineIsRead(_ line: String) throws {
    let imported = try Imported(line + "\n")
    #expect(imported.operations == map)
    #expect(imported.complaints.isEmpty)
    #expect(imported.lines.events == 1)
  }

  @Test(arguments: [
    "> qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 -\n> 0x00000000ffff2000 paddr=0x0000000123456000 size=8192\n",
    "qemu-12 [001] .....  5.000001: map: IOMMU:\n\tiova=0x00000000ffff0000 - 0x00000000ffff2000\n paddr=0x0000000123456000\n size=8192\n",
    "qemu-12 [001] .....\n5.000001: map: IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192\n",
    ">> qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ff\n>> ff2000 paddr=0x0000000123456000 size=8192\n",
    "qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 paddr=0x0000000123456000 size=81\n92\n",
  ])
  func wrappedAndQuotedLinesOfMailsAreJoined(_ text: String) throws {
    let imported = try Imported(text)
    #expect(imported.operations == map)
    #expect(imported.complaints.isEmpty)
    #expect(imported.lines.continuations > 0)
  }

  @Test func aMalformedLineIsToldWithItsPlaceAndTheRestGoesOn() throws {
    let imported = try Imported(
      """
      # tracer: nop
      qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 paddr=0x00000001zz456000 size=8192
      qemu-12 [001] .....  5.000002: map: IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192
      qemu-12 [001] .....  5.000003: unmap: IOMMU: iova=0x00000000ffff0000 - 0x00000000ffff2000 size=4096 unmapped_size=4096

      """)
    #expect(imported.operations == map)
    #expect(imported.lines.malformed == 2)
    #expect(
      imported.complaints.first
        == "trace:2:74: error: expected a hexadecimal address behind paddr=, found `0x00000001zz456000`"
    )
  }

  @Test func rawNumbersOfAnEventThatWasNotParsedAreNoAddresses() throws {
    let imported = try Imported(
      "nvme-1 [000] 5.1: dma_map_sg: [FAILED TO PARSE] device=0000:01:00.0 full_nents=1 dir=1\n")
    #expect(imported.lines.malformed == 1)
    #expect(imported.operations.isEmpty)
  }

  @Test func otherEventsAndProseAreSkippedAndCounted() throws {
    let imported = try Imported(
      """
      Hi all, here is the trace:
      cpus=12
      bash-1 [000] ..... 1.000001: sched_switch: prev_comm=bash prev_pid=1 ==> next_comm=x
      bash-1 [000] ..... 1.000002: map: some other map: iova=1
      qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192
      Thanks

      """)
    #expect(imported.operations == map)
    #expect(imported.lines.otherEvents == 2)
    #expect(imported.lines.otherLines == 3)
    #expect(imported.lines.cpus == 12)
    #expect(imported.complaints.isEmpty)
  }

  @Test func partsOfADebugLineAreNotMappedTwice() throws {
    let imported = try Imported(
      """
      [ 1.000001] iommu: map: iova 0x100000 pa 0x0000000200000000 size 0x201000
      [ 1.000001] iommu: mapping: iova 0x100000 pa 0x0000000200000000 pgsize 0x1000 count 256
      [ 1.000002] iommu: mapping: iova 0x200000 pa 0x0000000200100000 pgsize 0x1000 count 257
      [ 1.000003] iommu: unmap this: iova 0x100000 size 0x201000
      [ 1.000004] iommu: unmapped: iova 0x100000 size 0x201000

      """)
    #expect(
      imported.operations == ["map 0x100000 0x200000000 0x201000 rw", "unmap 0x100000 0x201000"])
    #expect(imported.lines.debugParts == 3)
  }

  @Test func lossIsCountedInEachForm() throws {
    let imported = try Imported(
      """
      # entries-in-buffer/entries-written: 100/250   #P:8
      CPU:2 [LOST 12 EVENTS]
      CPU:3 [7 EVENTS DROPPED]
      CPU:1 [LOST EVENTS]
      qemu-12 [001] .....  5.000001: map: IOMMU: iova=0x00000000ffff0000 paddr=0x0000000123456000 size=8192

      """)
    #expect(imported.lines.lostMarks == 3)
    #expect(imported.lines.lost == 19)
    #expect(imported.lines.overwritten == 150)
    #expect(imported.lines.cpus == 8)
    #expect(imported.operations == map)
  }

  @Test func aLineThatIsTooLongIsMalformedAndTheRestGoesOn() throws {
    let map =
      "dd-20 [001] d..1. 1.000002: map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000123457000 size=4096\n"
    for end in ["\n", ""] {
      let long = String(repeating: "x", count: (9 << 20) + 17) + end
      let read = try Imported(
        map + long
          + (end.isEmpty
            ? "" : map.replacing("fffff", with: "ffffe").replacing("100000000", with: "0fffff000")))
      #expect(read.operations.count == (end.isEmpty ? 1 : 2))
      #expect(read.lines.malformed == 1 && read.complaints.count == 1)
      #expect(read.complaints[0].hasPrefix("trace:2:"))
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

@Suite struct AddressSpaceTests {
  @Test func processesHaveDomainsOfTheirOwn() throws {
    let imported = try Imported(
      """
      qemu-10 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      dpdk-20 [001] ..... 1.000002: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000200000000 size=4096
      qemu-10 [000] ..... 1.000003: unmap: IOMMU: iova=0x0000000000001000 size=4096 unmapped_size=4096
      dpdk-20 [001] ..... 1.000004: unmap: IOMMU: iova=0x0000000000001000 size=4096 unmapped_size=4096

      """)
    let scenarios = try imported.scenarios
    #expect(
      scenarios.map { $0.operations.map(\.text) } == [
        ["map 0x1000 0x100000000 0x1000 rw", "unmap 0x1000 0x1000"],
        ["map 0x1000 0x200000000 0x1000 rw", "unmap 0x1000 0x1000"],
      ])
    #expect(imported.tally.ambiguousUnmaps == 0)
  }

  @Test func threadsOfAProcessShareOne() throws {
    let imported = try Imported(
      """
      CPU 0/KVM-11 (     10) [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      CPU 1/KVM-12 (     10) [001] ..... 1.000002: map: IOMMU: iova=0x0000000000002000 paddr=0x0000000200000000 size=4096

      """)
    #expect(imported.spaces.count == 1)
    #expect(imported.operations.count == 2)
  }

  @Test func anUnmapInAnInterruptBelongsToWhoMapped() throws {
    let imported = try Imported(
      """
      fio-10 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      dd-20 [000] ..... 1.000002: map: IOMMU: iova=0x0000000000002000 paddr=0x0000000100001000 size=4096
      bash-30 [001] d.h1. 1.000003: unmap: IOMMU: iova=0x0000000000001000 size=4096 unmapped_size=4096
      <idle>-0 [001] d.h1. 1.000004: unmap: IOMMU: iova=0x0000000000002000 size=4096 unmapped_size=4096

      """)
    #expect(imported.spaces.count == 1)
    #expect(
      imported.operations == [
        "map 0x1000 0x100000000 0x1000 rw", "map 0x2000 0x100001000 0x1000 rw",
        "unmap 0x1000 0x1000", "unmap 0x2000 0x1000",
      ])
  }

  @Test func whatIsMappedTwiceIsAnotherDomainAndSaidToBeAmbiguous() throws {
    let imported = try Imported(
      """
      <idle>-0 [000] d.h1. 1.000001: unmap: IOMMU: iova=0x0000000000009000 size=4096 unmapped_size=4096
      <idle>-0 [000] d.h1. 1.000002: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      <idle>-0 [001] d.h1. 1.000003: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000200000000 size=4096
      <idle>-0 [001] d.h1. 1.000004: unmap: IOMMU: iova=0x0000000000001000 size=4096 unmapped_size=4096

      """)
    #expect(imported.spaces.count == 2)
    #expect(imported.tally.splitSpaces == 1)
    #expect(imported.tally.ambiguousUnmaps == 1)
    #expect(imported.tally.unseenUnmaps == 1)
    #expect(imported.summary.contains { $0.contains("ambiguous") })
  }

  @Test func afterALossAMapOfTheSameAddressEndsTheOldOne() throws {
    let imported = try Imported(
      """
      qemu-1 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      qemu-1 [000] ..... 1.000002: map: IOMMU: iova=0x0000000000005000 paddr=0x0000000100000000 size=4096
      qemu-1 [000] ..... 1.000003: unmap: IOMMU: iova=0x0000000000005000 size=4096 unmapped_size=4096
      CPU:0 [LOST 3 EVENTS]
      qemu-1 [000] ..... 1.000009: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000200000000 size=4096

      """)
    #expect(imported.tally.assumedUnmaps == 1)
    #expect(
      imported.operations.suffix(2) == ["unmap 0x1000 0x1000", "map 0x1000 0x200000000 0x1000 rw"])
  }

  @Test func mapsBesideADMAEventAreItsOwn() throws {
    let imported = try Imported(
      """
      qemu-10 [000] ..... 1.000001: map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000900000000 size=4096
      dd-20 [001] d..1. 1.000002: map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000123457000 size=4096
      dd-20 [001] d..1. 1.000003: dma_map_page: 0000:01:00.0 dir=TO_DEVICE dma_addr=fffff200 size=512 phys_addr=123457200 attrs=
      <idle>-0 [002] d.h1. 1.004004: unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 unmapped_size=4096
      <idle>-0 [002] d.h1. 1.004005: dma_unmap_page: 0000:01:00.0 dir=TO_DEVICE dma_addr=fffff200 size=512 attrs=

      """)
    #expect(
      imported.operations == [
        "map 0xfffff000 0x900000000 0x1000 rw", "dma_map 0 0x123457200 0x200 to_device cpu=1",
        "tick 4", "dma_unmap 0 cpu=2",
      ])
    #expect(imported.tally.splitSpaces == 0)
  }

  @Test func filtersTakeWhatIsNamed() throws {
    let text = """
      qemu-10 [000] ..... 1.000000: attach_device_to_domain: IOMMU: device=0000:02:00.0
      qemu-10 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000001000 paddr=0x0000000100000000 size=4096
      dpdk-20 [001] ..... 1.000002: map: IOMMU: iova=0x0000000000002000 paddr=0x0000000200000000 size=4096

      """
    #expect(
      try Imported(text) { $0.filter.comm = "dpdk" }.operations == [
        "map 0x2000 0x200000000 0x1000 rw"
      ])
    #expect(
      try Imported(text) { $0.filter.cpu = 0 }.operations == ["map 0x1000 0x100000000 0x1000 rw"])
    let device = try Imported(text) { $0.filter.device = "0000:02:00.0" }
    #expect(device.operations == ["map 0x1000 0x100000000 0x1000 rw"])
    #expect(device.tally.filtered == 1)
  }

  @Test func devicesOfAGroupShareADomainAndOthersDoNot() throws {
    let buffers = """
      dd-1 [000] ..... 1.000001: dma_map_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=ffffe000 size=4096 phys_addr=5000 attrs=
      dd-1 [000] ..... 1.000002: dma_map_phys: 0000:01:00.1 dir=FROM_DEVICE dma_addr=ffffd000 size=4096 phys_addr=6000 attrs=

      """
    let groups = """
      swapper/0-1 [000] ..... 0.100001: add_device_to_group: IOMMU: groupID=3 device=0000:01:00.0
      swapper/0-1 [000] ..... 0.100002: add_device_to_group: IOMMU: groupID=3 device=0000:01:00.1

      """
    #expect(try Imported(buffers).spaces.count == 2)
    #expect(try Imported(groups + buffers).spaces.count == 1)
  }

  @Test func aDeviceWithoutAnIOMMUIsLeftOut() throws {
    let imported = try Imported(
      "dd-1 [000] ..... 1.1: dma_map_phys: usb1 dir=TO_DEVICE dma_addr=5000 size=64 phys_addr=5000 attrs=\n"
    )
    #expect(imported.spaces.isEmpty)
    #expect(imported.summary.contains { $0.contains("no IOMMU in the way") })
  }

  @Test func namesStayOutUnlessAskedFor() throws {
    let text =
      "secret-1 [000] ..... 1.1: dma_map_phys: 0000:5e:00.0 dir=TO_DEVICE dma_addr=ffff5000 size=64 phys_addr=5000 attrs=\n"
    let imported = try Imported(text)
    #expect(!imported.text.contains("5e:00") && !imported.text.contains("secret"))
    #expect(try Imported(text) { $0.showsNames = true }.text.contains("5e:00"))
  }
}

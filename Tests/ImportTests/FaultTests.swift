// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

/// Two cases of each kind of cause: once with the DMA API's events, once with page-level events alone
/// or in another form of line.
@Suite struct FaultTests {
  private func explain(
    _ trace: String, at address: UInt64? = nil, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> [ExplainedFault] {
    var options = ImportOptions()
    change(&options)
    let explainer = FaultExplainer(options, address: address)
    try explainer.read(ByteInput(bytes: Array(trace.utf8), name: "trace"))
    try explainer.finish()
    return explainer.faults
  }

  private func only(_ trace: String) throws -> ExplainedFault {
    let faults = try explain(trace)
    #expect(faults.count == 1)
    return try #require(faults.first)
  }

  private static let buffer = """
    dd-20 [001] d..1. 10.000002: map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000123457000 size=4096
    dd-20 [001] d..1. 10.000003: dma_map_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=fffff200 size=512 phys_addr=123457200 attrs=

    """
  private static let unmapped = """
    <idle>-0 [002] d.h1. 10.004000: unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 unmapped_size=4096
    <idle>-0 [002] d.h1. 10.004005: dma_unmap_phys: 0000:01:00.0 dir=TO_DEVICE dma_addr=fffff200 size=512 attrs=

    """

  private func fault(_ time: String, _ iova: String, _ flags: Int) -> String {
    "irq/30-AMD-Vi-200 [000] ..... \(time): io_page_fault: IOMMU:nvme 0000:01:00.0 iova=0x\(iova) flags=0x000\(flags)\n"
  }

  // Never mapped.

  @Test func anAddressOfNobodyWasNeverMapped() throws {
    let seen = try only(Self.buffer + fault("10.1", "00000000dead0000", 0))
    #expect(seen.causes == [.neverMapped])
    #expect(seen.mapping == nil && seen.former == nil)
    #expect(seen.above?.first == 0xffff_f000)
    #expect(seen.device == "0000:01:00.0" && seen.isWrite == false)
  }

  @Test func anEmptyTraceHasNothingMapped() throws {
    let seen = try only(
      "<idle>-0 [000] 1.000001: io_page_fault: IOMMU: 0000:01:00.0 iova=0x0000000000001000 flags=0x0001\n"
    )
    #expect(seen.causes == [.neverMapped])
    #expect(seen.isWrite == true)
  }

  @Test func anotherDevicesMappingIsNoAnswerButIsSaid() throws {
    let seen = try only(
      Self.buffer
        + "dd-20 [001] ..... 10.01: dma_map_phys: 0000:02:00.0 dir=TO_DEVICE dma_addr=ee000000 size=512 phys_addr=5000 attrs=\n"
        + fault("10.1", "00000000ee000010", 0))
    #expect(seen.causes == [.neverMapped])
    #expect(seen.doubts.contains { $0.contains("another address space") })
  }

  // Already unmapped.

  @Test func aBufferThatWasGivenBackLongAgo() throws {
    let seen = try only(Self.buffer + Self.unmapped + fault("10.504000", "00000000fffff210", 0))
    #expect(seen.causes == [.alreadyUnmapped])
    #expect(seen.former?.mappedBy == "dd-20 on CPU 1")
    #expect(seen.former?.unmappedBy == "<idle>-0 on CPU 2")
    #expect(seen.former?.size == 4096)
    #expect(seen.former?.device == "0000:01:00.0")
    #expect(seen.sinceUnmap == 500)
    #expect(seen.text.contains("unmapped 500.0 ms before"))
  }

  @Test func aPageThatAProcessUnmapped() throws {
    let seen = try only(
      """
      qemu-10 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000100000 paddr=0x0000000100000000 size=2097152
      qemu-10 [000] ..... 1.500000: unmap: IOMMU: iova=0x0000000000100000 size=2097152 unmapped_size=2097152
      <idle>-0 [000] d.h1. 3.500000: io_page_fault: IOMMU:vfio-pci 0000:01:00.0 iova=0x0000000000180000 flags=0x0000

      """)
    #expect(seen.causes == [.alreadyUnmapped])
    #expect(seen.former?.size == 2 << 20)
    #expect(seen.sinceUnmap == 2000)
  }

  // Past the end.

  @Test func theFirstByteBehindABuffer() throws {
    let low = """
      dd-20 [001] d..1. 10.000003: dma_map_phys: 0000:01:00.0 dir=FROM_DEVICE dma_addr=ffff0000 size=8192 phys_addr=123456000 attrs=

      """
    let seen = try only(low + fault("10.1", "00000000ffff2000", 1))
    #expect(seen.causes == [.pastTheEnd])
    #expect(seen.below?.last == 0xffff_1fff)
    #expect(seen.text.contains("ends 0x1 before the address"))
  }

  @Test func alittleBehindARegionOfAProcess() throws {
    let seen = try only(
      """
      [ 1.000001] iommu: map: iova 0x100000 pa 0x0000000200000000 size 0x200000
      <idle>-0 [000] d.h1. 3.500000: io_page_fault: IOMMU:vfio-pci 0000:01:00.0 iova=0x0000000000300ff8 flags=0x0000

      """)
    #expect(seen.causes == [.pastTheEnd])
  }

  // Wrong permission.

  @Test func aWriteToWhatTheDeviceMayOnlyRead() throws {
    let seen = try only(Self.buffer + fault("10.1", "00000000fffff210", 1))
    #expect(seen.causes == [.wrongPermission])
    #expect(seen.mapping?.direction == "to_device")
    #expect(seen.mapping?.unmappedAtLine == nil)
  }

  @Test func aReadOfWhatTheDeviceMayOnlyWrite() throws {
    let seen = try only(
      """
      eth 9 [001] 10.000003: dma:dma_map_sg: 0000:01:00.0 dir=FROM_DEVICE nents=2/2 ents=2/2 dma_addrs=4294950912 4294954496 sizes=4096 4096 phys_addrs=20480 4096 attrs=
      swapper 0 [000] 10.100000: iommu:io_page_fault: IOMMU:ixgbe 0000:01:00.0 iova=0x00000000ffffc800 flags=0x0000

      """)
    #expect(seen.causes == [.wrongPermission])
    #expect(seen.mapping?.size == 8192)
  }

  // The window of a flush queue.

  @Test func soonAfterAnUnmapAQueueMayStillHaveHeldIt() throws {
    let trace = Self.buffer + Self.unmapped + fault("10.009000", "00000000fffff210", 0)
    let seen = try only(trace)
    #expect(seen.causes == [.flushQueueWindow, .alreadyUnmapped])
    #expect(seen.sinceUnmap == 5)
    // RISC-V's default is strict: there is no queue.
    let strict = try explain(trace) { $0.like = .riscv }
    #expect(strict.map(\.causes) == [[.alreadyUnmapped]])
  }

  @Test func theTimeoutIsTheConfigurations() throws {
    let trace = Self.buffer + Self.unmapped + fault("10.304000", "00000000fffff210", 0)
    #expect(try explain(trace)[0].causes == [.alreadyUnmapped])
    let single = try explain(trace) {
      $0.dma = DMAConfiguration(queue: .single, cpus: 1, mode: .flushQueue, limit: .max)
    }
    #expect(single[0].causes == [.flushQueueWindow, .alreadyUnmapped])
  }

  // Mapped: nothing in the trace explains it.

  @Test func aFaultOnWhatIsMappedAsItShouldBe() throws {
    let seen = try only(Self.buffer + fault("10.1", "00000000fffff210", 0))
    #expect(seen.causes == [.mappedAtFault])
  }

  @Test func aPageIsMappedAgainBeforeTheFault() throws {
    let seen = try only(
      """
      qemu-10 [000] ..... 1.000001: map: IOMMU: iova=0x0000000000100000 paddr=0x0000000100000000 size=4096
      qemu-10 [000] ..... 1.500000: unmap: IOMMU: iova=0x0000000000100000 size=4096 unmapped_size=4096
      CPU:3 [LOST 7 EVENTS]
      qemu-10 [000] ..... 1.600000: map: IOMMU: iova=0x0000000000100000 paddr=0x0000000200000000 size=4096
      <idle>-0 [000] d.h1. 3.500000: io_page_fault: IOMMU:vfio-pci 0000:01:00.0 iova=0x0000000000100000 flags=0x0000

      """)
    #expect(seen.causes == [.mappedAtFault])
    #expect(seen.mapping?.mappedAtLine == 4)
    #expect(seen.doubts.contains { $0.contains("lost") })
  }

  // Which address space.

  @Test func theTaskThatAttachedTheDeviceTellsItsDomain() throws {
    let seen = try only(
      """
      qemu-10 [000] ..... 1.000000: attach_device_to_domain: IOMMU: device=0000:02:00.0
      dpdk-20 [000] ..... 1.000001: attach_device_to_domain: IOMMU: device=0000:01:00.0
      qemu-10 [000] ..... 1.000002: map: IOMMU: iova=0x0000000000100000 paddr=0x0000000100000000 size=4096
      dpdk-20 [000] ..... 1.000003: map: IOMMU: iova=0x0000000000900000 paddr=0x0000000200000000 size=4096
      <idle>-0 [000] d.h1. 3.500000: io_page_fault: IOMMU:vfio-pci 0000:01:00.0 iova=0x0000000000100000 flags=0x0000

      """)
    #expect(seen.causes == [.neverMapped])
    #expect(seen.mapping == nil && seen.above?.first == 0x90_0000)
  }

  // The kernel's log.

  @Test(arguments: [
    "[    3.500000] nvme 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0014 address=0x300ff8 flags=0x0020]",
    "[    3.500000] AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:01:00.0 domain=0x0014 address=0x300ff8 flags=0x0020]",
    "[    3.500000] DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x300ff8 [fault reason 0x05] PTE Write access is not set",
  ])
  func aFaultThatADriverPrintsIsReadToo(_ line: String) throws {
    let seen = try only(
      "[    1.000001] iommu: map: iova 0x100000 pa 0x0000000200000000 size 0x200000\n\(line)\n")
    #expect(seen.address == 0x30_0ff8)
    #expect(seen.isWrite == true && seen.device == "0000:01:00.0")
    #expect(seen.time == 3.5)
    #expect(seen.causes == [.pastTheEnd])
  }

  // An address that is asked for.

  @Test func anAddressIsExplainedWithoutAFault() throws {
    let seen = try explain(Self.buffer + Self.unmapped, at: 0xffff_f800)
    #expect(seen.count == 1)
    #expect(seen[0].causes.contains(.alreadyUnmapped))
    #expect(seen[0].line == nil)
    #expect(try explain(Self.buffer, at: 0x10).map(\.causes) == [[.neverMapped]])
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

/// Faults on what was mapped before the trace began: its unmap is all that the trace has.
@Suite struct UnseenMapTests {
  private func explain(_ trace: String, at address: UInt64? = nil) throws -> ExplainedFault {
    let explainer = FaultExplainer(ImportOptions(), address: address)
    try explainer.read(ByteInput(bytes: Array(trace.utf8), name: "trace"))
    try explainer.finish()
    #expect(explainer.faults.count == 1)
    return try #require(explainer.faults.first)
  }

  private static let pages =
    "dd-20 [001] d..1. 2.000000: unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 unmapped_size=4096\n"
  private static let buffer =
    "dd-20 [001] d..1. 2.000001: dma_unmap_phys: 0000:3b:00.0 dir=TO_DEVICE dma_addr=fffff000 size=4096 attrs=\n"

  private func fault(_ time: String) -> String {
    "irq/30-AMD-Vi-200 [000] ..... \(time): io_page_fault: IOMMU:nvme 0000:3b:00.0 iova=0x00000000fffff010 flags=0x0000\n"
  }

  @Test func aPageWhoseUnmapAloneIsThereWasUnmapped() throws {
    let seen = try explain(Self.pages + fault("2.500000"))
    #expect(seen.causes == [.alreadyUnmapped])
    #expect(seen.former?.unmappedAtLine == 1 && seen.former?.mappedAtLine == nil)
    #expect(seen.sinceUnmap == 500)
    #expect(seen.text.contains("mapped before the trace"))
    #expect(seen.text.contains("unmapped at line 1"))
  }

  @Test(arguments: [buffer, pages + buffer])
  func aBufferWhoseUnmapAloneIsThereMayHaveBeenQueued(_ unmaps: String) throws {
    let seen = try explain(unmaps + fault("2.005001"))
    #expect(seen.causes == [.flushQueueWindow, .alreadyUnmapped])
    #expect(seen.former?.device == "0000:3b:00.0")
    #expect(try explain(unmaps + fault("2.500001")).causes == [.alreadyUnmapped])
  }

  @Test func itIsToldOfADeviceThatMapsOtherBuffersToo() throws {
    let other =
      "dd-20 [001] d..1. 1.000001: dma_map_phys: 0000:3b:00.0 dir=TO_DEVICE dma_addr=eeee0000 size=4096 phys_addr=5000 attrs=\n"
    let seen = try explain(other + Self.buffer + fault("2.500001"))
    #expect(seen.causes == [.alreadyUnmapped])
  }

  @Test func timesThatGoBackwardAreSaid() throws {
    let seen = try explain(Self.buffer + fault("1.000000"))
    #expect(seen.sinceUnmap == nil)
    #expect(seen.doubts.contains { $0.contains("lies before the unmap's") })
  }

  @Test func anotherDevicesUnmapIsNoAnswer() throws {
    let seen = try explain(Self.buffer.replacing("3b:", with: "4b:") + fault("2.500001"))
    #expect(seen.causes == [.neverMapped])
  }

  @Test func anAddressThatIsAskedForIsExplainedToo() throws {
    #expect(try explain(Self.buffer, at: 0xffff_f010).causes.contains(.alreadyUnmapped))
  }
}

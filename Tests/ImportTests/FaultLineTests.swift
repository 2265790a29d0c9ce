// SPDX-License-Identifier: GPL-2.0-only
import Import
import ScenarioLanguage
import Testing

/// Faults in the kernel's log: how drivers print them, and how mails break their lines.
@Suite struct FaultLineTests {
  private static let map =
    "dd-20 [001] d..1. 1.0: dma_map_phys: 0000:02:00.0 dir=TO_DEVICE dma_addr=fffff000 size=4096 phys_addr=5000 attrs=\n"

  private func explain(
    _ line: String, device: String? = nil
  ) throws -> (faults: [ExplainedFault], malformed: Int) {
    var options = ImportOptions()
    options.filter.device = device
    let explainer = FaultExplainer(options)
    try explainer.read(ByteInput(bytes: Array((Self.map + line + "\n").utf8), name: "trace"))
    try explainer.finish()
    return (explainer.faults, explainer.source.lines.malformed)
  }

  @Test(arguments: [
    "DMAR: [DMA Write NO_PASID] Request device [0000:02:00.0] fault addr 0xfffff000 [fault reason 0x05] PTE Write access is not set",
    "DMAR: [DMA Write NO_PASID] Request device [02:00.0] fault addr 0xfffff000 [fault reason 0x05] PTE Write access is not set",
    "DMAR: [DMA Write NO_PASID] Request device [0x02:0x00.0] fault addr 0xfffff000 [fault reason 0x05] PTE Write access is not set",
    "DMAR: [DMA Write] Request device [02:00.0] PASID ffffffff fault addr fffff000 [fault reason 05] PTE Write access is not set",
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=02:00.0 domain=0x000b address=0xfffff000 flags=0x0020]",
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:02:00.0 domain=0x000b address=0xfffff000 flags=0x0020]",
  ])
  func everyFormNamesTheDeviceWithItsSegment(_ text: String) throws {
    for device in [nil, "0000:02:00.0"] {
      let read = try explain("[    3.500000] " + text, device: device)
      #expect(read.faults.map(\.device) == ["0000:02:00.0"])
      #expect(read.faults.map(\.causes) == [[.wrongPermission]])
      #expect(read.malformed == 0)
    }
  }

  @Test func aPASIDIsSaid() throws {
    let fault = try explain(
      "[ 3.500000] DMAR: [DMA Read PASID 0x1] Request device [0000:02:00.0] fault addr 0xfffff000 [fault reason 0x71] SM: Present bit in first-level paging entry is clear"
    ).faults
    #expect(fault.map { $0.doubts.contains { $0.contains("PASID") } } == [true])
  }

  @Test func aContextEntryThatIsMissingIsNoMatterOfMappings() throws {
    let fault = try explain(
      "[ 3.500000] DMAR: [DMA Read NO_PASID] Request device [0000:02:00.0] fault addr 0xfffff000 [fault reason 0x02] Present bit in context entry is clear"
    ).faults
    #expect(
      fault.map { $0.doubts.contains { $0.contains("context entry is not present") } } == [true])
  }

  @Test(arguments: [
    "[    3.500000] AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:02:00.0 domain=0x000b address=0xfffff010 flags=0x0020]",
    "[    3.500000] DMAR: [DMA Write NO_PASID] Request device [0000:02:00.0] fault addr 0xfffff010 [fault reason 0x05]",
  ])
  func aFaultIsReadWhereverItsLineIsBroken(_ line: String) throws {
    let text = Array(line)
    let first = line.contains("AMD") ? 36 : 24
    for place in first..<text.count - 1 {
      let front = String(text[..<place])
      let back = String(text[place...].drop { $0 == " " })
      for quote in ["", "> "] {
        let read = try explain(quote + front + "\n" + quote + back)
        #expect(read.faults.map(\.address) == [0xffff_f010], "\(front)⏎\(back)")
        #expect(read.faults.map(\.device) == ["0000:02:00.0"], "\(front)⏎\(back)")
        #expect(read.faults.map(\.isWrite) == [true])
      }
    }
  }

  @Test func aFaultWhoseEndIsMissingIsAMalformedLine() throws {
    let read = try explain(
      "[    3.500000] AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:02:00.0 domain=0x000b\nwhat now?"
    )
    #expect(read.faults.isEmpty && read.malformed == 1)
  }
}

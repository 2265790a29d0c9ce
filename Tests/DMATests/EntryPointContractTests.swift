// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// What the contract says of the entry points that drivers call and of mappings in two steps.
@Suite struct EntryPointContractTests {
  private func departures(_ operations: String, _ domain: String = "", kernel: Kernel = .linux7_3)
    throws -> Set<String>
  {
    let space =
      domain.isEmpty ? "x86_64 K va=48 oa=52 features=sign_extend,flush_range top=3" : domain
    let text = """
      iopt 2
      domain format=\(space.replacing("K", with: "kernel=\(kernel.name)"))
      dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffffffffffff
      \(operations)
      """
    let scenario = try readScenarios(bytes: Array(text.utf8), name: "text")[0].scenario
    let run = DMAContractRun(.swift)
    let finding = run.run(scenario)
    #expect(finding == nil, "\(finding?.report ?? "")")
    #expect(run.operations == scenario.operations.count)
    return run.departures
  }

  @Test func nothingDepartsInAnOrdinaryLife() throws {
    let life = """
      dma_map 0 0x1234 0x2000 to_device attrs=privileged
      dma_iova_alloc 1 0x10123 0x5000
      dma_iova_link 1 0x0 0x10123 0x1edd to_device
      dma_iova_link 1 0x1edd 0x50000 0x2000 bidirectional attrs=mmio
      dma_iova_sync 1 0x0 0x3edd
      dma_iova_unlink 1 0x0 0x1edd
      dma_iova_unlink 1 0x1edd 0x2000
      dma_iova_free 1
      dma_iova_alloc 1 0x0 0x2000
      dma_iova_link 1 0x0 0x7000 0x2000 from_device
      dma_iova_destroy 1 0x2000
      dma_unmap 0
      dma_unmap 0
      dma_iova_free 0

      """
    for kernel in Kernel.allCases { #expect(try departures(life, kernel: kernel) == []) }
  }

  @Test func memoryAtAddressZero() throws {
    let life = "dma_map 0 0x0 0x1000 to_device\ndma_unmap 0\ndma_map 0 0x0 0x1000 to_device\n"
    #expect(try departures(life) == ["memoryAtAddressZero"])
    let unseen = "dma_map 0 0x0 0x1000 to_device attrs=require_coherent\ndma_unmap 0\n"
    #expect(try departures(unseen) == [])
  }

  @Test func listThatEndsTheSpace() throws {
    let life = "dma_map_sg 0 to_device 0x1000:0x1000\ndma_unmap 0\n"
    let space =
      "amdv1 K va=64 oa=52"
      + " features=full_va,dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=2"
    #expect(try departures(life, space) == ["listThatEndsTheSpace"])
  }

  @Test func unlinkedOtherwise() throws {
    let life = """
      dma_iova_alloc 0 0x0 0x4000
      dma_iova_link 0 0x0 0x10000 0x2000 to_device
      dma_iova_unlink 0 0x1000 0x1000
      dma_iova_unlink 0 0x0 0x1000
      dma_iova_free 0

      """
    #expect(try departures(life) == ["unlinkedOtherwise", "freedWhileLinked"])
  }

  @Test func freedWhileLinked() throws {
    let life = """
      dma_iova_alloc 0 0x0 0x1000
      dma_iova_link 0 0x0 0x10000 0x1000 to_device
      dma_iova_free 0
      dma_map 1 0x5000 0x1000 to_device

      """
    #expect(try departures(life) == ["freedWhileLinked"])
  }
}

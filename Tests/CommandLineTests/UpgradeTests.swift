// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// `iopt upgrade` as a user meets it.
@Suite struct UpgradeTests {
  private static let traced = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range
    = alloc 0x800000000 0x1000
    dma queue=percpu cpus=2 size=4 timeout=10 mode=strict limit=0xffffffff
    dma_map 0 0x1000 0x1000 to_device cpu=1
    dma_map_sg 1 bidirectional 0x2000:0x1000 0x5000:0x0
    dma_unmap 0

    """

  @Test func aScenarioNamesTheReleaseAndLosesItsObservations() throws {
    let tool = try Tool.iopt("upgrade", "-", input: Self.traced)
    #expect(tool.status == 0)
    #expect(tool.errors == "1 scenarios upgraded to kernel=7.3; their outcomes may change\n")
    #expect(
      tool.output == """
        iopt 2
        domain format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,flush_range,detailed_gather
        dma queue=percpu cpus=2 size=4 timeout=10 mode=strict limit=0xffffffff
        dma_map 0 0x1000 0x1000 to_device cpu=1
        dma_map_sg 1 bidirectional 0x2000:0x1000 0x5000:0x0
        dma_unmap 0

        """)
  }

  @Test func onlyReleasesThatKnowTheFeatureAskForIt() throws {
    let tool = try Tool.iopt("upgrade", "-", "--kernel", "7.1", input: Self.traced)
    #expect(tool.output.contains("kernel=7.1 va=39 oa=56 features=sign_extend,flush_range\n"))
    let debug = Self.traced.replacing("flush_range\n", with: "flush_range build=debug\n")
    let other = try Tool.iopt("upgrade", "-", "--kernel", "7.2", input: debug)
    #expect(other.output.contains("features=sign_extend,flush_range build=debug\n"))
  }

  @Test func whatIsInVersion2AlreadyIsBadInput() throws {
    let once = try Tool.iopt("upgrade", "-", input: Self.traced)
    let twice = try Tool.iopt("upgrade", "-", input: Self.traced + once.output)
    #expect(twice.status == 2 && twice.output == "")
    #expect(
      twice.errors
        == "<standard input>:8:1: error: expected a scenario in version 1 of the language,"
        + " found one in version 2\n")
  }

  @Test func aReleaseThatIsNotKnownIsRefused() throws {
    let tool = try Tool.iopt("upgrade", "-", "--kernel", "6.19", input: Self.traced)
    #expect(tool.status == 2)
    #expect(tool.errors.contains("'6.19'"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import Testing

/// Departures that a release has mended: named in the one before, a breach from then on.
@Suite struct MendedContractTests {
  /// A scenario that shows a departure, after `iopt 2`, with the release left open.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var row: KernelRow
    var text: String

    var testDescription: String { name }

    func scenario(_ kernel: Kernel) throws -> Scenario {
      let text = "iopt 2\n" + text.replacing("kernel=K", with: "kernel=\(kernel.name)")
      return try readScenarios(bytes: Array(text.utf8), name: name)[0].scenario
    }
  }

  private static let amd =
    "domain format=amdv1 kernel=K va=64 oa=52"
    + " features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=1\n"
  private static let layer = """
    domain format=x86_64 kernel=K va=48 oa=52 features=sign_extend,flush_range top=3
    dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff

    """

  static let cases = [
    Case(name: "errnoAsAddress", row: .lookup, text: layer + "iova_to_phys 0x800000000000\n"),
    Case(
      name: "forbiddenSmallPage", row: .smallMap,
      text: "domain format=x86_64 kernel=K va=48 oa=52 features=sign_extend top=3"
        + " pgsizes=0x200000\nmap 0x1000 0x1000 0x1000 rw\n"),
    Case(
      name: "lastItemNotReported", row: .dirty,
      text: amd + "map 0x0 0x0 0x10000 rw\nset_dirty 0xf000\n"
        + "read_and_clear_dirty 0 0x0 0x10000 clear\n"),
    Case(
      name: "reportPastTheEntry", row: .dirty,
      text: amd + "map 0x0 0x0 0x200000 rw\nset_dirty 0x0\n"
        + "read_and_clear_dirty 0 0x1000 0x1000 clear\n"),
    Case(
      name: "listWithEmptyPiece", row: .emptyPiece,
      text: layer + "dma_map_sg 0 to_device 0x10000:0x1000 0x20000:0x0 0x30000:0x1000\n"),
    Case(
      name: "destroyedByLength", row: .destroy,
      text: layer + "dma_iova_alloc 0 0x10000 0x3000\n"
        + "dma_iova_link 0 0x0 0x10000 0x1000 to_device\ndma_iova_destroy 0 0x1000\n"),
  ].map { each in
    var each = each
    // The page table's own contract judges a domain without a layer.
    if each.row == .lookup { each.text = each.text.replacing(/dma queue.*\n/, with: "") }
    return each
  }

  private func departures(_ scenario: Scenario, _ release: ReleaseChoice = ReleaseChoice()) -> (
    finding: Finding?, names: [String]
  ) {
    let oracle = ContractOracle()
    let engine = Engine([Lane(.swift, release: release)], [oracle])
    let finding = engine.run(scenario)
    return (finding, oracle.departures.map(\.name))
  }

  @Test(arguments: cases) func theReleaseBeforeHasTheDeparture(_ each: Case) throws {
    let before = Kernel(rawValue: each.row.changed.rawValue - 1)!
    let (finding, names) = departures(try each.scenario(before))
    #expect(finding == nil)
    #expect(names.contains(each.name))
  }

  @Test(arguments: cases) func theReleaseThatMendedItKeepsTheContract(_ each: Case) throws {
    for kernel in Kernel.allCases where kernel >= each.row.changed {
      let (finding, names) = departures(try each.scenario(kernel))
      #expect(finding == nil)
      #expect(!names.contains(each.name))
    }
  }

  @Test(arguments: cases) func withTheRowOfTheReleaseBeforeItIsABreach(_ each: Case) throws {
    var release = ReleaseChoice()
    release.rows[each.row] = Kernel(rawValue: each.row.changed.rawValue - 1)
    let (finding, _) = departures(try each.scenario(.linux7_3), release)
    #expect(finding?.signature.description.contains(each.name) == true)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Each row of the table of behaviours makes a difference of its own: in a scenario that is made for it,
/// a side with that row of the release before differs from one without, and no other row does.
@Suite struct ReleaseRowTests {
  private static let amdv1 =
    "format=amdv1 kernel=7.3 va=64 oa=52"
    + " features=dynamic_top,flush_range,amdv1_encrypt_tables,amdv1_force_coherence"
  private static let riscv64 =
    "format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,flush_range,detailed_gather"
  private static let vtdss = "format=vtdss kernel=7.3 va=39 oa=52 features=flush_range"

  private static func layer(_ rest: String) -> String {
    "domain \(vtdss) top=2\ndma queue=percpu cpus=1 size=4 timeout=10 mode=strict"
      + " limit=0xffffffff\(rest)\n"
  }

  private static let scenarios: [(row: KernelRow, text: String)] = [
    (.lookup, "domain \(vtdss) top=2\niova_to_phys 0x8000000000\n"),
    (.dynamicTop, "domain \(amdv1) top=5\nmap 0x0 0x0 0x1000 rw\n"),
    (.pageSizes, "domain format=vtdss kernel=7.3 va=30 oa=52 features=flush_range top=2\n"),
    (.smallMap, "domain \(vtdss) top=2 pgsizes=0x200000\nmap 0x0 0x0 0x1000 rw\n"),
    (.noPageSize, "domain \(vtdss) top=2 pgsizes=0x0\nunmap 0x0 0x1000\n"),
    (.levels, "domain \(riscv64)\nmap 0x0 0x0 0x1000 rw\nunmap 0x0 0x1000\n"),
    (
      .svpbmt,
      "domain format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,riscv_svpbmt build=debug\n"
        + "map 0x0 0x0 0x1000 rwm\n"
    ),
    (
      .dirty,
      "domain \(amdv1) top=2\nmap 0x0 0x0 0x2000 rw\nset_dirty 0x0\n"
        + "read_and_clear_dirty 0 0x0 0x2000 clear\n"
    ),
    (.emptyPiece, layer("") + "dma_map_sg 0 to_device 0x1000:0x1000 0x2000:0x0 0x3000:0x1000\n"),
    (
      .destroy,
      layer("") + "dma_iova_alloc 0 0x1000 0x3000\ndma_iova_link 0 0x0 0x1000 0x1000 to_device\n"
        + "dma_iova_destroy 0 0x1000\n"
    ),
    (.magazines, layer(" fail_magazine=1") + "dma_map 0 0x1000 0x1000 to_device\n"),
  ]

  private func finding(
    _ text: String, _ left: String, _ right: String, version: Int = 2
  ) throws -> Finding? {
    let bytes = Array("iopt \(version)\n\(text)".utf8)
    let scenario = try readScenarios(bytes: bytes, name: "row")[0].scenario
    let engine = Engine.comparing(try LaneChoice(left).lane(), try LaneChoice(right).lane())
    defer { engine.close() }
    let found = engine.run(scenario)
    #expect(!engine.wasRefused)
    return found
  }

  @Test func everyRowHasAScenario() {
    #expect(Self.scenarios.map(\.row) == KernelRow.allCases)
  }

  @Test(arguments: scenarios.indices) func aRowMakesADifferenceOfItsOwn(_ index: Int) throws {
    let (row, text) = Self.scenarios[index]
    #expect(try finding(text, "swift", "swift,kernel=7.3") == nil)
    let before = "swift,\(row.name)=7.1"
    #expect(try finding(text, "swift", before) != nil)
    // All other rows of the release before, and this one as it is.
    let others = KernelRow.allCases.filter { $0 != row }.map { ",\($0.name)=7.1" }
      .joined()
    let found = try finding(text, "swift", "swift" + others)
    #expect(found == nil, "\(found?.report ?? "")")
  }

  @Test func theReleaseBeforeTheChangeHasTheRowAsItWas() throws {
    for (row, text) in Self.scenarios where row.changed == .linux7_3 {
      #expect(try finding(text, "swift,\(row.name)=7.2", "swift,\(row.name)=7.1") == nil)
    }
  }

  @Test func rowsAreReadOnceEach() {
    for bad in ["swift,dirty=7.4", "swift,dirty", "swift,dirty=7.1,dirty=7.2", "swift,kernel=6.1"] {
      #expect(throws: SubjectError.self) { try LaneRequest(bad) }
    }
  }

  /// As of a kernel tree: the driver asks for the feature, and the scenario knows nothing of it.
  @Test(arguments: ["swift", "reference"])
  func aScenarioForAReleaseWithoutLevelsIsToldOfNone(_ side: String) throws {
    let rest =
      "va=39 oa=56 features=sign_extend,flush_range\nmap 0x0 0x0 0x1000 rw\nunmap 0x0 0x1000\n"
      + "gather 0 strict\nmap 0x0 0x0 0x1000 rw\nunmap_fast 0 0x0 0x1000\niotlb_sync 0\n"
    for release in ["7.2", "7.3"] {
      let newer = "\(side),kernel=\(release)"
      let found = try finding("domain format=riscv_64 \(rest)", side, newer, version: 1)
      #expect(found == nil, "\(found?.report ?? "")")
      #expect(try finding("domain format=riscv_64 kernel=7.1 \(rest)", side, newer) == nil)
    }
  }

  /// It is for a release that insists on the feature, and leaves it out on purpose.
  @Test(arguments: ["swift", "reference"])
  func aScenarioForAReleaseWithLevelsIsNotGivenThem(_ side: String) throws {
    let text = "domain format=riscv_64 kernel=7.2 va=39 oa=56 features=sign_extend\n"
    #expect(try finding(text, side, "\(side),kernel=7.3") == nil)
  }
}

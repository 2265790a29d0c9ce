// SPDX-License-Identifier: GPL-2.0-only
import Lab
import Lockstep
import ScenarioLanguage
import Testing

/// What is run of a file, and how much of a run is judged.
@Suite struct WholeRunTests {
  private static let amd =
    "iopt 2\ndomain format=amdv1 kernel=7.3 va=48 oa=52 features=dynamic_top,flush_range_no_gaps,"
    + "amdv1_encrypt_tables,amdv1_force_coherence top=2 gather=original sync_map\n"
  /// The gather's first body forgets the first of these two.
  private static let forgotten = """
    map 0x1000 0x40001000 0x1000 rw
    map 0x9000 0x40009000 0x1000 rw
    unmap_fast 0 0x1000 0x1000
    unmap_fast 0 0x9000 0x1000
    iotlb_sync 0

    """
  /// Changes nothing.
  private static let idle = "iova_to_phys 0x20000\niova_to_phys 0x20000\n"
  private static let harmless = "map 0x20000 0x40021000 0x1000 rw\nunmap 0x20000 0x1000\n"

  @Test func aFaultLateInARunIsFound() throws {
    let text = Self.amd + String(repeating: Self.idle, count: 2500) + Self.forgotten
    let cell = try LabFixture.cell(text, driver: "amd-np")
    guard case .unsafe(_, let operation, _) = cell.outcome else {
      Issue.record("\(cell.outcome)")
      return
    }
    #expect(operation == 5004)
  }

  @Test func allOfARunIsJudgedWhereNobodySaysOtherwise() throws {
    var grid = try LabFixture.grid(["nvme"], policies: [.generic], modes: ["fq"], operations: 5000)
    grid.options.judged = nil
    let cell = try grid.run()[0]
    #expect(cell.judged == 5000 && cell.counts.operations == 5000)
    #expect(!(try GridReport([cell], costs: CostTable()).text.contains("judged")))
  }

  @Test func whatIsNotJudgedIsSaid() throws {
    let cells = try LabFixture.grid(["nvme"], policies: [.keep], modes: ["fq"], operations: 700)
      .run()
    let report = try GridReport(cells, costs: CostTable())
    #expect(report.text.contains("  keep: judged are the first 600 of 700 operations\n"))
    #expect(report.html.contains("keep: judged are the first 600 of 700 operations"))
    #expect(report.csv.contains(",safe,700,600,"))
  }

  @Test func scenariosOfAFileAddUp() throws {
    let one = Self.amd.replacing(" gather=original", with: "") + Self.harmless
    let first = try LabFixture.cell(one, driver: "amd-np").counts
    let cell = try LabFixture.cell(one + one + one, driver: "amd-np")
    #expect(cell.outcome == .safe && cell.judged == 6)
    #expect(cell.counts.operations == 6)
    #expect(cell.counts.hardware.traps == 3 * first.hardware.traps)
    #expect(cell.counts.tablesAllocated == 3 * first.tablesAllocated)
    // Domains do not live at the same time: of a peak the highest counts.
    #expect(cell.counts.tableBytesPeak == first.tableBytesPeak)
    #expect(try LabFixture.cell(one + one, driver: "amd-np", operations: 3).counts.operations == 3)
  }

  @Test func aFaultOfALaterScenarioHasItsFileAndItsCommand() throws {
    let text = Self.amd + Self.idle + Self.amd + Self.idle + Self.forgotten
    let cell = try LabFixture.cell(text, driver: "amd-np", reproduces: true)
    #expect(cell.reason?.hasPrefix("scenario 2: departure olderGather: ") == true)
    #expect(cell.reason?.hasSuffix(", at operation 6") == true)
    let path = try #require(cell.reproducer)
    #expect(cell.check == "iopt check --subject swift --forbid olderGather \(path)")
  }

  @Test func aScenarioThatCannotBeRunIsNamed() throws {
    let text = Self.amd + Self.harmless + Self.amd + Self.harmless
    #expect(
      try LabFixture.cell(text, mode: "fq", driver: "amd-np").reason
        == "scenario 1: it drives the page table itself: there is no flush queue")
  }

  /// Long lists of pages go a way of their own in Swift.
  @Test(arguments: Policy.allCases) func bothSidesMapLongListsAlike(_ policy: Policy) throws {
    for (driver, run) in [("riscv", 1), ("vtd", 3), ("amd", 1), ("amd-np", 40)] {
      var workload = try LabWorkload("gpu-mr")
      for (name, value) in [("region", 3000), ("live", 5), ("run", UInt64(run)), ("vary", 90)] {
        _ = try workload.set(name, value)
      }
      for mode in ["strict", "fq=4/10"] {
        let scenario = try workload.scenario(
          policy, DriverChoice(parsing: driver), LabMode(parsing: mode), .linux7_3, seed: 7,
          operations: 30)
        let lanes = try ["swift", "reference"].map { try LaneChoice($0).lane() }
        let engine = OracleChoice([.comparison]).engine(lanes)
        engine.isThorough = false
        engine.run(scenario)
        #expect(
          engine.finding == nil, "\(driver) \(mode): \(engine.finding?.signature.description ?? "")"
        )
        #expect(engine.tally.judgements > 0)
      }
    }
  }
}

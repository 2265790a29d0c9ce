// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lab
import Lockstep
import ScenarioLanguage
import Testing

/// The ledger counts for itself what the hardware judge counts, without what that keeps: where nothing
/// is queued both must say the same.
@Suite struct LedgerTests {
  @Test(arguments: [
    "riscv", "riscv-nl", "riscv-s", "riscv-nl-s", "amd", "amd-np", "vtd", "vtd-caching", "shadow",
  ])
  func theLedgerAgreesWithTheHardwareJudge(_ driver: String) throws {
    for policy in Policy.allCases {
      for name in ["nvme", "net-tx", "vfio", "mixed", "gpu-mr"] {
        try compare(name, driver, policy)
      }
    }
  }

  private func compare(_ name: String, _ driver: String, _ policy: Policy) throws {
    var workload = try LabWorkload(name)
    // Few at a time, so that there are unmaps.
    _ = try workload.set("depth", 24)
    _ = try workload.set("block", 4)
    _ = try workload.set("memory", 8)
    _ = try workload.set("gpu-mr", 8)
    _ = try workload.set("live", 4)
    if name == "gpu-mr" { _ = try workload.set("region", 64) }
    var grid = try LabFixture.grid(
      [], policies: [policy], drivers: [driver], modes: ["strict"], operations: 250)
    grid.workloads = [workload]
    let cell = try grid.run()[0]
    guard cell.isRanked else { return }
    let scenario = try workload.scenario(
      policy, DriverChoice(parsing: driver), LabMode(parsing: "strict"), .linux7_3, seed: 1,
      operations: 250)
    var choice = OracleChoice([.hardware])
    choice.measures = true
    choice.drivers = [try DriverChoice(parsing: driver)]
    let engine = choice.engine([try LaneChoice("swift").lane()])
    engine.run(scenario)
    let judge = engine.costs.first?.costs ?? HardwareCosts()
    // mixed maps alone in its beginning.
    if name != "mixed" { #expect(judge.waits > 0) }
    var ledger = cell.counts.hardware
    // Empty tables are counted by the judge alone.
    ledger.tablesKept = judge.tablesKept
    let note: Comment = "\(name) \(driver) \(policy.name)"
    #expect(ledger.commands == judge.commands, note)
    #expect(ledger.waits == judge.waits, note)
    #expect(ledger.wholeInvalidations == judge.wholeInvalidations, note)
    #expect(ledger.bytesInvalidated == judge.bytesInvalidated, note)
    #expect(ledger.bytesChanged == judge.bytesChanged, note)
    #expect(ledger.leavesLost == judge.leavesLost, note)
    #expect(ledger.pointersLost == judge.pointersLost, note)
    #expect(ledger.traps == judge.traps, note)
    #expect(ledger.rereads == judge.rereads, note)
    #expect(ledger.writeBacks == judge.writeBacks, note)
  }
}

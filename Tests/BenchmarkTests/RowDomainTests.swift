// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import Testing

/// All sides of a row do the same work: what a driver of the release asks for, and nothing that the lane
/// takes out of the log again.
@Suite struct RowDomainTests {
  /// Whether the last unmap of the batch before those that count did.
  private func tellsLevels(_ row: MeasuredRow, _ subject: String) throws -> Bool {
    let lane = try LaneRequest(subject).load().lane()
    let runner = RowRunner(row, lane)
    runner.start()
    defer { runner.end() }
    return lane.records.contains { $0.kind == .levels }
  }

  @Test(arguments: ["swift", "reference"])
  func unmapsTellTheLevelsThatADriverOfTheReleaseAsksFor(_ side: String) throws {
    let names = ["riscv_64 Sv39 1G", "vtdss 1G"]
    let rows = MeasuredRow.all.filter { names.contains($0.name) }
    try #require(rows.count == names.count)
    for row in rows {
      for release in Kernel.allCases {
        let asked = row.asked(byDriverOf: release)
        let tells = try tellsLevels(asked, "\(side),kernel=\(release.name)")
        #expect(tells == (row.name == names[0] && release >= .linux7_2), "\(row.name) \(release)")
      }
    }
  }
}

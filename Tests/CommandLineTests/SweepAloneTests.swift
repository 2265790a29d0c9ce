// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Sweeps of one subject alone, by what hardware may have cached.
@Suite struct SweepAloneTests {
  private static let scenario = """
    iopt 2
    domain format=vtdss kernel=7.3 va=39 oa=52 features=flush_range top=2
    map 0x1000 0x80001000 0x3000 rw
    map 0x200000 0x80200000 0x200000 rw
    unmap 0x1000 0x3000

    """

  @Test func allocationsFailAndNothingDangerousIsLeft() throws {
    let tool = try Tool.iopt(
      "sweep", "allocations", "-", "--subject", "reference", "--oracle", "hardware",
      input: Self.scenario)
    #expect(tool.status == 0, "\(tool.output)")
    #expect(tool.output.contains("reference: 1 scenarios, 3 allocations made to fail"))
  }

  @Test func whatIsDangerousIsFoundInASweepOfAllocations() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sweep-alone-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let tool = try Tool.iopt(
      [
        "sweep", "allocations", "-", "--subject", "reference,gather=original", "--oracle",
        "hardware", "--artifacts", folder.path,
      ], input: Self.scenario.replacing("flush_range", with: "none"))
    #expect(tool.status == 1, "\(tool.output)")
    #expect(tool.output.contains("may still be cached: vtd has sent nothing"))
  }

  @Test func allShortSequencesAreSafe() throws {
    let tool = try Tool.iopt(
      "sweep", "exhaustive", "--depth", "1", "--subject", "swift", "--oracle", "hardware")
    #expect(tool.status == 0, "\(tool.output)")
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Known faults of older revisions, seen and told.
@Suite struct DivergenceTests {
  /// NO_GAPS and disjoint: the original revision syncs and then forgets the range.
  static let disjoint = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range_no_gaps build=debug
    map 0x0 0x80000000 0x1000 rw
    map 0x10000 0x80001000 0x1000 rw
    gather 0 strict
    unmap_fast 0 0x0 0x1000
    unmap_fast 0 0x10000 0x1000
    iotlb_sync 0

    """

  private func compare(_ text: String, _ left: Lane, _ right: Lane) throws -> Finding? {
    try Engine.comparing(left, right).run(scenario(text), file: "case.iopt")
  }

  @Test(arguments: [Subject.swift, .reference])
  func originalAgainstMergedDiffersInTheGather(_ subject: Subject) throws {
    let found = try compare(
      Self.disjoint, Lane(subject, gather: .original), Lane(subject, gather: .merged))
    let divergence = try #require(found)
    #expect(divergence.place.operation == 3)
    #expect(divergence.place.line == 6)
    #expect(divergence.statement == "unmap_fast 0 0x0 0x1000")
    #expect(divergence.signature.description.hasPrefix("comparison unmap_fast: gather"))
    #expect(divergence.report.contains("--- \(subject.name),gather=original"))
    #expect(divergence.report.contains("+++ \(subject.name),gather=merged"))
    #expect(
      divergence.report.contains(
        "iopt diff case.iopt --left \(subject.specification),gather=original"
          + " --right \(subject.specification),gather=merged"))
  }

  @Test(arguments: GatherRevision.allCases)
  func bothSubjectsCarryTheSameRevisions(_ revision: GatherRevision) throws {
    let found = try compare(
      Self.disjoint, Lane(.swift, gather: revision), Lane(.reference, gather: revision))
    #expect(found == nil, "\(found?.report ?? "")")
  }

  @Test func aRunThatIsNotThoroughFindsTheSamePlace() throws {
    let engine = Engine.comparing(
      Lane(.reference, gather: .original), Lane(.reference, gather: .merged))
    engine.isThorough = false
    let finding = try #require(try engine.run(scenario(Self.disjoint)))
    #expect(finding.place.operation == 3)
    #expect(finding.signature.difference.hasPrefix("gather"))
  }

  @Test func aLaneStartsEveryScenarioFromEmptyMemory() throws {
    var lowered = LoweredScenario()
    try lowered.lower(scenario(Self.disjoint))
    let engine = Engine.comparing(Lane(.swift), Lane(.reference))
    for _ in 0..<3 {
      #expect(engine.run(lowered) == nil)
      #expect(engine.operationIndex == 5)
    }
    #expect(engine.tally.statements == 3 * 7)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Report
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// What is compared when a scenario is over and both sides free their tables.
@Suite struct LeftoverTests {
  private static let pages = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    map 0x40000000 0x80001000 0x1000 rw

    """

  /// The C port, but its teardown does nothing.
  private func lossy() throws -> Lane {
    var members = Subject.reference.table.members
    members.teardown = { _ in }
    let table = try withUnsafePointer(to: members) { try SubjectTable($0) }
    return Lane(Subject(table: table, specification: "reference", isPlugin: false))
  }

  @Test func aSideThatLosesTablesDiffersAtTheEnd() throws {
    let engine = Engine.comparing(Lane(.swift), try lossy())
    let found = try #require(try engine.run(scenario(Self.pages), file: "case.iopt"))
    #expect(found.signature.description == "comparison end: tables left on the right [flush-range]")
    #expect(found.faultyLane == 1 && found.place.isEnd)
    #expect(found.report.contains("leaves tables behind after its teardown at the end of the"))
    let turned = try #require(
      try Engine.comparing(try lossy(), Lane(.swift)).run(scenario(Self.pages)))
    #expect(turned.signature.description == "comparison end: tables left on the left [flush-range]")
  }

  @Test func sidesThatLeaveTheSameAgree() throws {
    #expect(
      try Engine.comparing(Lane(.swift), Lane(.reference)).run(scenario(Self.pages)) == nil)
    #expect(try Engine.comparing(try lossy(), try lossy()).run(scenario(Self.pages)) == nil)
  }

  /// The fuzz loop looks at one in four.
  @Test func aRunThatIsNotThoroughFindsItInTheFirstScenarioAndTheFifth() throws {
    let engine = Engine.comparing(Lane(.swift), try lossy())
    engine.isThorough = false
    let found = try (1...5).map { _ in try engine.run(scenario(Self.pages)) != nil }
    #expect(found == [true, false, false, false, true])
  }

  /// Freed, it would run away: the build links a table among leaves.
  @Test func aRaggedLengthOfTheProductionBuildIsNotTornDown() throws {
    let engine = Engine.comparing(Lane(.swift), Lane(.reference))
    var lowered = LoweredScenario()
    for (length, tearsDown) in [("0x1000", true), ("0x1800", false)] {
      lowered.lower(try scenario(Self.pages + "map 0x5000 0x80001000 \(length) rw\n"))
      #expect(engine.perform(lowered, file: "") == nil)
      #expect(engine.lanes.allSatisfy { $0.lane.isTornDown == tearsDown })
      engine.close()
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// What each policy does with a table that an unmap empties (Documentation/policies.md).
@Suite struct PolicyTests {
  enum Side: String, CaseIterable { case swift, reference }

  /// What the last operation of a riscv_64 scenario says on a side, `pte` lines left out.
  private func last(_ policy: String, _ operations: String, _ side: Side) throws -> [Substring] {
    let features = "features=sign_extend,flush_range,detailed_gather"
    let text =
      "iopt 2\ndomain format=riscv_64 kernel=7.3 va=39 oa=56 \(features) policy=\(policy)\n"
      + operations
    let subject = side == .swift ? Subject.swift : .reference
    let recorder = Recorder()
    try FileRun([Engine([Lane(subject)], [recorder])])
      .run(TraceReader(bytes: Array(text.utf8), name: "case.iopt"))
    let lines = recorder.output.string.split(separator: "\n")
    let start = try #require(lines.lastIndex { !$0.hasPrefix("=") })
    return lines[(start + 1)...].filter { !$0.hasPrefix("= pte") }
  }

  /// Three pages in a table of their own, the last two still mapped.
  private static let threePages = """
    map 0x40200000 0x90001000 0x3000 rw
    unmap 0x40200000 0x1000

    """
  private static let fullTable = "map 0x40200000 0x90001000 0x200000 rw\n"

  @Test(arguments: Side.allCases) func aTableThatIsEmptiedWaitsInTheGatherWhereEager(
    _ side: Side
  ) throws {
    let unmap = Self.threePages + "unmap 0x40201000 0x2000\n"
    #expect(
      try last("eager", unmap, side) == [
        "= sync 0x40201000 0x40202fff levels=0x1/0x6 0x800002000 0x800001000",
        "= free 0x800002000", "= free 0x800001000", "= ret 0x2000",
      ])
    for policy in ["generic", "sync-tables", "keep"] {
      #expect(
        try last(policy, unmap, side) == [
          "= sync 0x40201000 0x40202fff levels=0x1/0x0", "= ret 0x2000",
        ], "\(policy)")
    }
  }

  @Test(arguments: Side.allCases) func aTableStaysAsLongAsAnythingIsInItWhereEager(
    _ side: Side
  ) throws {
    #expect(
      try last("eager", Self.threePages, side) == [
        "= sync 0x40200000 0x40200fff levels=0x1/0x0", "= ret 0x1000",
      ])
  }

  /// The judge of hardware, where nobody takes the domain down to see.
  @Test(arguments: Side.allCases) func aCoveredTableThatIsKeptAsideIsNotLost(_ side: Side) throws {
    let text = """
      iopt 2
      domain format=riscv_64 kernel=7.3 va=39 oa=56 features=sign_extend,flush_range,detailed_gather policy=keep
      map 0x0 0x0 0x1000 w
      unmap 0x0 0x1000
      map 0x0 0x0 0x200000 w

      """
    let subject = side == .swift ? Subject.swift : .reference
    let engine = OracleChoice([.hardware]).engine([Lane(subject)])
    #expect(try engine.run(scenario(text), file: "case.iopt") == nil)
    #expect(engine.tally.judgements > 3)
  }

  @Test(arguments: Side.allCases) func aCoveredTableIsKeptWhereItIsToBeKept(_ side: Side) throws {
    let unmap = Self.fullTable + "unmap 0x40200000 0x200000\n"
    #expect(
      try last("keep", unmap, side) == [
        "= sync 0x40200000 0x403fffff levels=0x1/0x0", "= ret 0x200000",
      ])
    // The next map finds it.
    #expect(
      try last("keep", unmap + Self.fullTable, side) == ["= ret 0 mapped=0x200000"])
    // A large leaf takes its place, and still nothing is freed.
    #expect(
      try last("keep", unmap + "map 0x40200000 0x80000000 0x200000 rw\n", side) == [
        "= sync 0x40200000 0x403fffff levels=0x0/0x2", "= ret 0 mapped=0x200000",
      ])
  }

  @Test(arguments: Side.allCases) func aFullTableIsSyncedForAndFreedAtOnceAlsoInAQueue(
    _ side: Side
  ) throws {
    let unmap = "gather 1 queued\n" + Self.fullTable + "unmap_fast 1 0x40200000 0x200000\n"
    #expect(
      try last("sync-tables", unmap, side) == [
        "= sync 0x40200000 0x403fffff levels=0x1/0x2 0x800002000", "= free 0x800002000",
        "= ret 0x200000", "= gather 1 0xffffffffffffffff 0x0 queued=1 levels=0x0/0x0",
      ])
    #expect(
      try last("generic", unmap, side) == [
        "= ret 0x200000",
        "= gather 1 0xffffffffffffffff 0x0 queued=1 levels=0x1/0x2 0x800002000",
      ])
  }

  @Test(arguments: Side.allCases) func pagesOfAnotherSizeAreSyncedApartWhereTablesAre(
    _ side: Side
  ) throws {
    // The end of a table that stays, then a page of 2 MiB.
    let operations = """
      gather 1 strict
      map 0x401ff000 0x901ff000 0x201000 rw
      unmap_fast 1 0x401ff000 0x201000

      """
    #expect(
      try last("sync-tables", operations, side) == [
        "= sync 0x401ff000 0x401fffff levels=0x1/0x0", "= ret 0x201000",
        "= gather 1 0x40200000 0x403fffff queued=0 levels=0x2/0x0",
      ])
    #expect(
      try last("generic", operations, side) == [
        "= ret 0x201000", "= gather 1 0x401ff000 0x403fffff queued=0 levels=0x3/0x0",
      ])
  }

  @Test(arguments: Policy.allCases) func bothSidesDoTheSameInGeneratedScenarios(
    _ policy: Policy
  ) throws {
    let engine = Engine.comparing(Lane(.swift), Lane(.reference))
    for (layer, seed) in [(ScenarioGenerator.Layer.pageTable, 1), (.dma, 2)] {
      for kernel in Kernel.allCases {
        var generator = ScenarioGenerator(seed: UInt64(seed), layer: layer, kernel: kernel)
        for _ in 0..<20 {
          var scenario = generator.next()
          scenario.domain.policy = policy
          #expect(engine.run(scenario, file: "generated") == nil, "\(scenario.text)")
        }
      }
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lab
import Lockstep
import ScenarioLanguage
import Testing

@Suite struct SafetyTests {
  /// The gather's first body forgets a range that is apart from what it holds.
  private static let forgetful = """
    iopt 2
    domain format=amdv1 kernel=7.3 va=48 oa=52 features=dynamic_top,flush_range_no_gaps,\
    amdv1_encrypt_tables,amdv1_force_coherence top=2 gather=original sync_map
    map 0x1000 0x40001000 0x1000 rw
    map 0x9000 0x40009000 0x1000 rw
    map 0x20000 0x40021000 0x1000 rw
    unmap_fast 0 0x1000 0x1000
    unmap_fast 0 0x9000 0x1000
    iotlb_sync 0
    unmap 0x20000 0x1000

    """

  @Test func whatHardwareFindsMakesACellUnsafe() throws {
    let cell = try LabFixture.cell(Self.forgetful, driver: "amd-np")
    guard case .unsafe(let reason, let operation, _) = cell.outcome else {
      Issue.record("\(cell.outcome)")
      return
    }
    #expect(operation == 5)
    #expect(reason.hasPrefix("departure olderGather: "))
    #expect(reason.contains("may still be cached"))
    #expect(cell.counts == LabCounts())
  }

  @Test func itsFileShowsTheSameAndIsSmall() throws {
    try LabFixture.withFolder { folder in
      let path = "\(folder)/case.iopt"
      var file = try FileOutput(path: path)
      var buffer = TextBuffer(capacity: 1024)
      buffer.append(Self.forgetful)
      try file.append(buffer.bytes)
      try file.commit()
      var grid = try LabFixture.grid([], policies: [.keep], drivers: ["amd-np"], modes: ["strict"])
      grid.workloads = [try LabWorkload(path)]
      grid.options.reproducers = folder
      let cell = try grid.run()[0]
      let shown = try #require(cell.reproducer)
      let found = try readScenarios(path: shown)
      #expect(found.count == 1)
      let scenario = found[0].scenario
      #expect(scenario.domain.policy == .keep && scenario.domain.gather == .original)
      #expect(scenario.operations.count < 7)
      #expect(
        try LabFixture.cell(scenario.text, driver: "amd-np", policy: .keep).status == "UNSAFE")
    }
  }

  @Test func eachValueOfASweepHasItsFile() throws {
    try LabFixture.withFolder { folder in
      var grid = try LabFixture.grid(
        ["nvme"], policies: [.generic], drivers: ["amd-np"], modes: ["strict"], operations: 60,
        sweep: ComparisonGrid.Sweep(parameter: "depth", values: [4, 8]), reproducers: folder)
      grid.options.gather = .original
      let files = try grid.run().compactMap(\.reproducer)
      #expect(
        files == ["4", "8"].map { "\(folder)/nvme.generic.amd-np.strict.depth=\($0).iopt" })
      #expect(try LabFixture.names(in: folder).count == 2)
    }
  }

  @Test func whereNoFileCanBeWrittenIsKnownBefore() throws {
    try LabFixture.withFolder { folder in
      try ReproducerFolder.check("\(folder)/a/b/")
      try ReproducerFolder.check("here")
      #expect(try LabFixture.names(in: folder).isEmpty)
      for path in ["", "/dev/null", "/dev/null/a"] {
        #expect(
          throws: LabError("--reproducers '\(path)': expected a folder, or where one can be made")
        ) { try ReproducerFolder.check(path) }
      }
    }
  }

  @Test func whatCannotBeRunSaysWhy() throws {
    let vfio = try LabFixture.grid(["vfio"], policies: [.generic], modes: ["fq"]).run()[0]
    #expect(vfio.reason == "it drives the page table itself: there is no flush queue")
    let other = try LabFixture.cell(Self.forgetful, driver: "riscv")
    #expect(other.reason == "riscv has no tables of amdv1")
    let unopened = try LabFixture.grid(["nvme"], policies: [.generic], modes: ["strict+no-gaps"])
      .run()[0]
    #expect(unopened.reason == "the domain does not open: EOPNOTSUPP")
  }

  @Test func s390IsMeasuredAndNotJudged() throws {
    let cell = try LabFixture.grid(["nvme"], policies: [.eager], drivers: ["s390"], modes: ["fq"])
      .run()[0]
    #expect(cell.outcome == .measured && cell.judged == 0)
    #expect(cell.counts.hardware.traps > 0)
  }
}

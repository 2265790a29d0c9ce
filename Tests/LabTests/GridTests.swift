// SPDX-License-Identifier: GPL-2.0-only
import Lab
import Lockstep
import ScenarioLanguage
import Testing

@Suite struct GridTests {
  @Test func theSameSeedGivesTheSameBytesWhateverTheThreads() throws {
    var grid = try LabFixture.grid(["nvme", "net-rx", "net-tx", "vfio", "mixed"], operations: 300)
    grid.threads = 1
    let first = try GridReport(grid.run(), costs: CostTable())
    grid.threads = 4
    let second = try GridReport(grid.run(), costs: CostTable())
    #expect(first.csv == second.csv)
    #expect(first.html == second.html)
    #expect(first.text == second.text)
  }

  @Test func anotherSeedGivesOtherCounts() throws {
    let reports = try [1, 2].map { seed in
      try GridReport(LabFixture.grid(["nvme"], seed: seed).run(), costs: CostTable()).csv
    }
    #expect(reports[0] != reports[1])
  }

  @Test func bothSidesCountTheSame() throws {
    let reports = try ["swift", "reference"].map { subject in
      try GridReport(
        LabFixture.grid(["nvme", "net-tx", "mixed"], operations: 400, subject: subject).run(),
        costs: CostTable()
      ).csv
    }
    #expect(reports[0] == reports[1])
  }

  @Test func everyWorkloadRunsSafelyOnTheKernelsOwnPolicy() throws {
    let names = WorkloadKind.allCases.filter { $0 != .memoryRegions }.map(\.rawValue)
    let cells = try LabFixture.grid(
      names, policies: [.generic], drivers: ["riscv", "amd", "vtd", "vtd-caching"]
    ).run()
    for cell in cells where cell.hasRun {
      #expect(cell.outcome == .safe, "\(cell.workload) \(cell.driver.name) \(cell.mode)")
      #expect(cell.counts.operations == 600)
      #expect(cell.counts.failures == 0)
    }
    #expect(cells.count { !$0.hasRun } == 4)
    #expect(cells.filter { !$0.hasRun }.allSatisfy { $0.workload == "vfio" && $0.mode == "fq" })
  }

  @Test func whatIsUnsafeIsNotRankedAndHasAFileThatShowsIt() throws {
    var unsafe = try LabFixture.cell(
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3
      map 0x1000 0x40001000 0x1000 rw

      """, driver: "vtd", policy: .keep)
    unsafe.outcome = .unsafe(reason: "made up", operation: 1, reproducer: "folder/x")
    unsafe.counts.tablesAllocated = 0
    var best = unsafe
    best.policy = .generic
    best.outcome = .safe
    best.counts.tablesAllocated = 5
    var other = best
    other.policy = .eager
    other.counts.tablesAllocated = 7
    let report = try GridReport([unsafe, best, other], costs: CostTable())
    #expect(report.text.contains("keep: UNSAFE: made up, at operation 1 (folder/x)"))
    unsafe.check = "iopt check folder/x"
    let told = try GridReport([unsafe, best, other], costs: CostTable())
    #expect(told.text.contains("made up, at operation 1 (iopt check folder/x)"))
    let line = try #require(
      report.text.split(separator: "\n").first { $0.contains("tables-allocated") })
    #expect(line.split(separator: " ").suffix(3) == ["-", "5*", "7"])
  }

  @Test func htmlIsWellFormedAndNeedsNothingElse() throws {
    let report = try GridReport(
      LabFixture.grid(["net-tx", "vfio"]).run(), costs: CostTable(),
      command: "iopt <compare> & \"x\"")
    try expectWellFormed(report.html)
    #expect(report.html.contains("<svg"))
    #expect(!report.html.contains("<script"))
    #expect(!report.html.contains("href="))
    #expect(!report.html.contains("src="))
  }

  @Test func aSweepSaysWhereTheAnswerTurns() throws {
    // Regions below 2 MiB cover no table: generic and keep cost the same. From there on generic
    // allocates tables again, and keep does not.
    let sweep = ComparisonGrid.Sweep(parameter: "region", values: [512, 1024, 2048, 4096])
    let cells = try LabFixture.grid(
      ["gpu-mr"], policies: [.generic, .keep], modes: ["strict"], operations: 60, sweep: sweep
    ).run()
    #expect(cells.count == 8)
    for pair in stride(from: 0, to: 8, by: 2) {
      let (generic, keep) = (cells[pair].counts, cells[pair + 1].counts)
      if cells[pair].parameter!.value < 2048 {
        #expect(generic.tablesFreed == 0)
        #expect(generic.tablesAllocated == keep.tablesAllocated)
      } else {
        #expect(generic.tablesFreed > 0)
        #expect(keep.tablesFreed == 0)
      }
    }
    try expectWellFormed(GridReport(cells, costs: CostTable()).html)
  }

  /// Commands of `generic` and `keep` at 1, 2, 4 and so on.
  private func swept(_ commands: [(UInt64, UInt64)]) throws -> GridReport {
    let empty = """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3

      """
    var cell = try LabFixture.cell(empty, driver: "vtd")
    cell.workload = "w"
    cell.outcome = .safe
    let cells = commands.enumerated().flatMap { index, pair in
      [(Policy.generic, pair.0), (.keep, pair.1)].map { policy, commands in
        var one = cell
        one.policy = policy
        one.parameter = ("p", 1 << UInt64(index))
        one.counts.hardware.commands = commands
        return one
      }
    }
    return try GridReport(cells, costs: CostTable(), meters: ["commands"])
  }

  @Test func aTurnIsToldBetweenItsValues() throws {
    let report = try swept([(10, 5), (7, 7), (3, 8)])
    let turn =
      "w behind vtd: commands: generic strict overtakes keep strict between p=1 and 4 (3 against 8"
      + " there)"
    #expect(report.turns.map(\.text) == [turn])
    // On the plot, too, half way between the first and the last of three values.
    let svg = try #require(report.svg)
    #expect(svg.contains("<path d=\"M 340 30 V 250\""))
    #expect(svg.contains("<title>\(turn)</title>"))
  }

  @Test func whereTwoComeToDifferOrToCostTheSameIsToldToo() throws {
    #expect(
      try swept([(5, 5), (5, 5), (9, 7), (4, 4), (8, 6), (2, 2), (1, 1)]).turns.map(\.text) == [
        "w behind vtd: commands: keep strict comes to cost less than generic strict between p=2 and 4"
          + " (7 against 9 there)",
        "w behind vtd: commands: generic strict and keep strict come to cost the same between p=16"
          + " and 32 (2 there)",
      ])
    let same = try swept([(5, 5), (6, 6)])
    #expect(same.turns.isEmpty && same.text.contains("no turn"))
    #expect(!(try #require(same.svg)).contains("stroke-dasharray=\"2 4\""))
  }

  @Test func whereNothingIsRankedNoTurnIsDenied() throws {
    let sweep = ComparisonGrid.Sweep(parameter: "block", values: [2, 4])
    let cells = try LabFixture.grid(["vfio"], modes: ["fq"], sweep: sweep).run()
    #expect(!(try GridReport(cells, costs: CostTable()).text.contains("no turn")))
  }

  @Test func aParameterOfTheQueueNeedsOne() throws {
    let sweep = ComparisonGrid.Sweep(parameter: "queue-size", values: [2, 4])
    let grid = try LabFixture.grid(["nvme"], modes: ["strict"], operations: 10, sweep: sweep)
    #expect(throws: LabError("--sweep 'queue-size': expected a mode with a queue: fq or fq-single"))
    {
      try grid.run()
    }
  }

  @Test func csvNamesWhatEachCellHasTheLeastOf() throws {
    let cells = try LabFixture.grid(
      ["gpu-mr"], policies: [.generic, .keep], modes: ["strict"], operations: 40
    ).run()
    let report = try GridReport(
      cells, costs: CostTable(), meters: ["unmaps", "tables-allocated", "tables-freed"])
    let lines = report.csv.split(separator: "\n")
    #expect(lines[0].hasSuffix(",best,unmaps,tables-allocated,tables-freed"))
    #expect(lines[2].contains(",tables-allocated tables-freed,"))
    #expect(!lines[1].contains("tables-"))
  }

  @Test func whatIsAskedForByNameIsShownThoughItIsNothing() throws {
    let cells = try LabFixture.grid(["nvme"], policies: [.generic], modes: ["strict"]).run()
    let named = try GridReport(cells, costs: CostTable(), meters: ["overflows"])
    #expect(named.text.contains("  overflows (flushes)"))
    #expect(named.html.contains("<td>overflows (flushes)</td><td>0</td>"))
    #expect(!(try GridReport(cells, costs: CostTable()).text.contains("overflows")))
  }

  /// Every tag closed, in order; no bare ampersand.
  private func expectWellFormed(_ html: String) throws {
    var open: [Substring] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      let end = try #require(rest[start...].firstIndex(of: ">"))
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
      let name = tag.split(separator: " ")[0]
      if name.hasPrefix("/") {
        #expect(open.popLast() == name.dropFirst())
      } else {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
    for part in html.split(separator: "&").dropFirst() {
      #expect(["amp;", "lt;", "gt;", "quot;"].contains { part.hasPrefix($0) })
    }
  }
}

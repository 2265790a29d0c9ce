// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep
@testable import Report

@Suite struct ReviewCostsTests {
  private func costs(_ rows: [(String, RowPhase, [Double?], [Double?])]) -> ReviewCosts {
    var costs = ReviewCosts()
    costs.rows = rows.map {
      ReviewCosts.Row(name: $0.0, phase: $0.1, times: $0.2, instructions: $0.3)
    }
    return costs
  }

  @Test func rowsThatChangedAreShownAndTheOthersCounted() {
    let lines = costs([
      ("f 4K", .map, [10, 10], [100, 100]), ("f 2M", .map, [10, 15], [100, 100]),
      ("f 2M", .unmap, [10, 10], [200, 203]), ("f table", .sync, [nil, nil], [nil, nil]),
    ]).section
    #expect(lines.contains { $0.contains("f 4K map") && $0.hasSuffix("1.00") })
    #expect(lines.contains { $0.contains("f 2M unmap") && $0.contains("203") })
    #expect(!lines.contains { $0.contains("f 2M map") || $0.contains("f table") })
    #expect(lines.contains { $0.contains("1 more figures") })
  }

  @Test func withoutInstructionsTimesDecideAndTheReasonIsTold() {
    var costs = costs([
      ("f 2M", .map, [10, 13], [nil, nil]), ("f 2M", .unmap, [10, 12], [nil, nil]),
    ])
    costs.notDone = ["instructions: none"]
    #expect(costs.section.contains { $0.contains("f 2M map") && $0.contains("1.30") })
    #expect(!costs.section.contains { $0.contains("f 2M unmap ") })
    #expect(costs.section.contains("  not measured: instructions: none"))
  }

  @Test func aTimeWithinTheClocksStepIsNoneAndHasNoRatio() {
    #expect(!CostsRequest.isMeasured(30, calls: 1, step: 10))
    #expect(CostsRequest.isMeasured(30, calls: 32, step: 10))
    var costs = costs([
      ("f 4K", .map, [nil, nil], [nil, nil]), ("f 4K", .sync, [nil, nil], [327, 327]),
    ])
    costs.takeTimes([
      "f 4K\tmap\t0\t12.5", "f 4K\tmap\t1\t12.5", "f 4K\tsync\t0\t-", "f 4K\tsync\t1\t-",
    ])
    #expect(costs.rows.map(\.times) == [[12.5, 12.5], [nil, nil]])
    #expect(costs.mean(of: .sync, \.times) == nil)
    #expect(costs.notDone == ["2 times: they are too short for this clock"])
    #expect(costs.section.contains { $0.contains("f 4K sync") && $0.hasSuffix("1.00") })
    costs.takeTimes([])
    #expect(costs.notDone.count == 2, "a process that printed nothing is told")
  }

  /// One would be a step or two of the clock.
  @Test func aSyncIsTimedManyTimes() {
    let runner = RowRunner(MeasuredRow.few[0], Lane(.swift), syncs: 32)
    #expect(runner.calls(.sync) == 32)
    runner.start()
    let time = runner.batch()[.sync] ?? 0
    runner.end()
    #expect(CostsRequest.isMeasured(time, calls: 32, step: clockStep()))
  }

  @Test func meansAreGeometricAndKtapHasThemAsPassing() {
    let results = costs([
      ("a", .map, [1, 2], [100, 400]), ("b", .map, [1, 8], [100, 100]),
    ]).results
    #expect(results.count == 1)
    #expect(results[0].passes)
    #expect(
      results[0].text
        == "cost map, HEAD over BASE, geometric mean: 2.000 of the instructions, 4.00 of the time")
  }

  @Test func aWorkloadCountsWhatTheDriverIsAsked() {
    let domain = DomainConfiguration(
      format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange])
    let scenario = Scenario(
      domain: domain,
      operations: [
        .map(iova: 0x1000, pa: 0x4000, length: 0x1000, prot: [.read]),
        .unmap(iova: 0x1000, length: 0x1000), .flush(gather: 0),
        .map(iova: 0, pa: 0, length: 0x20_0000, prot: [.read]),
      ])
    for subject in [Subject.swift, .reference] {
      var count = WorkloadCount()
      count.run(scenario, on: Lane(subject))
      #expect(count.operations == 4)
      #expect(count.syncs == 2)
      #expect(count.flushes == 1)
      #expect(count.freedTables == 1)
    }
  }
}

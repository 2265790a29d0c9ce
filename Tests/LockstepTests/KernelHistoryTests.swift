// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// What the history says of each kernel change is so: its scenario shows the change, with nothing else
/// between the two sides too, and nothing can be left out of it.
@Suite struct KernelHistoryTests {
  /// Plug-ins of the faults that the history has, built as `make history` builds them.
  private static let plugins = Result { () throws -> String in
    let names = KernelHistory.changes.filter { $0.means == .fault }.map(\.name)
    let folder = Repository.path("Fuzz/.build/faults")
    let builder = Process()
    builder.executableURL = URL(fileURLWithPath: Repository.path("Fuzz/fault-plugin"))
    builder.arguments = [folder] + names
    builder.standardOutput = FileHandle.nullDevice
    try builder.run()
    builder.waitUntilExit()
    try #require(builder.terminationStatus == 0, "Fuzz/fault-plugin fails")
    return folder
  }

  /// A change, and who runs it. A fault is one of the C port only.
  struct Case: CustomTestStringConvertible, Sendable {
    var change: KernelChange
    var subject: String

    var testDescription: String { "\(change.name) on \(subject)" }

    func sides(isolated: Bool = false) throws -> KernelChange.Sides {
      let folder = change.means == .fault ? try KernelHistoryTests.plugins.get() : nil
      let sides =
        isolated
        ? change.isolatedSides(of: subject, plugins: folder)
        : change.sides(of: subject, plugins: folder)
      return try #require(sides)
    }

    /// Compares the sides, of a fault in a process of their own.
    func comparison(isolated: Bool = false) throws -> any ScenarioJudge {
      let sides = try sides(isolated: isolated)
      return try judge(
        EnginePlan(
          [try LaneRequest(sides.older), try LaneRequest(sides.newer)],
          make: OracleChoice([.comparison]).engine))
    }

    func outcome() throws -> ChangeOutcome { try change.outcome(try sides(), judge: judge) }

    private func judge(_ plan: EnginePlan) throws -> any ScenarioJudge {
      guard plan.requests.contains(where: \.isPlugin) else { return try plan.engine() }
      let judge = IsolatedJudge(plan, limit: .seconds(10))
      try #require(try judge.load(file: ""))
      return judge
    }
  }

  static let cases = KernelHistory.changes.flatMap { change in
    (change.means == .fault ? ["reference"] : ["reference", "swift"]).map {
      Case(change: change, subject: $0)
    }
  }

  @Test func eachHasANameOfItsOwnAndAScenarioAsItIsPrinted() throws {
    #expect(Set(KernelHistory.changes.map(\.name)).count == KernelHistory.changes.count)
    for change in KernelHistory.changes { #expect(try change.scenario.text == change.text) }
  }

  @Test func everyOlderRevisionOfGatheringHasAChange() {
    let older = KernelHistory.changes.compactMap { change in
      if case .gather(let older, _) = change.means { older } else { nil }
    }
    #expect(Set(older) == Set(GatherRevision.allCases).subtracting([.merged]))
  }

  @Test(arguments: cases) func itsScenarioShowsTheChange(_ each: Case) throws {
    let outcome = try each.outcome()
    #expect(outcome.refusal == nil)
    let finding = try #require(outcome.finding)
    #expect([.comparison, .process].contains(finding.oracle))
    // At its last statement: what follows would be there for nothing.
    let last = try each.change.scenario.operations.count - 1
    #expect((finding.place.operation ?? -1) == last)
  }

  @Test(arguments: cases) func itShowsAloneAsBetweenTheReleases(_ each: Case) throws {
    let scenario = try each.change.scenario
    let one = try #require(try each.comparison().judge(scenario, file: ""))
    let other = try #require(try each.comparison(isolated: true).judge(scenario, file: ""))
    #expect(one.signature == other.signature)
    #expect(observations(one) == observations(other))
  }

  @Test(arguments: cases) func withoutAnyStatementItDoesNotShow(_ each: Case) throws {
    let comparison = try each.comparison()
    let scenario = try each.change.scenario
    let whole = try #require(try comparison.judge(scenario, file: "")).signature
    var smaller = scenario.operations.indices.map { (index: Int) -> Scenario in
      var scenario = scenario
      scenario.operations.remove(at: index)
      return scenario
    }
    // Without operations that need it, the layer is one statement more.
    if scenario.dma != nil, scenario.operations.isEmpty {
      smaller.append(Scenario(domain: scenario.domain))
    }
    for scenario in smaller {
      var found = try comparison.judge(scenario, file: "")
      // A gather of the length that was asked for is wrong where nothing was unmapped, too, and less
      // plainly: what goes away is what its scenario shows.
      if each.change.means == .fault, found?.signature != whole { found = nil }
      #expect(found == nil, "\(scenario.text)\n\(found?.report ?? "")")
    }
  }

  /// What the contract says is not all the same, and what it allows before a row's change it does not
  /// afterwards.
  @Test func theContractTellsWhatWasMended() throws {
    var verdicts: [String: (older: ContractVerdict, newer: ContractVerdict)] = [:]
    for each in Self.cases where each.subject == "reference" {
      let outcome = try each.outcome()
      verdicts[each.change.name] = (outcome.older, outcome.newer)
    }
    #expect(verdicts["lookup"]?.older == .departs(["errnoAsAddress"]))
    #expect(verdicts["destroy"]?.older == .departs(["destroyedByLength"]))
    #expect(verdicts["magazines"]?.older == .saysNothing)
    #expect(
      verdicts["gather=original"]?.older
        == .breaks("hardware dma_unmap: missing-sync: IOVA went back"))
    #expect(verdicts["grown-top-leaks"]?.older == .breaks("leak end: tables left"))
    for name in ["lookup", "destroy", "magazines", "gather=original", "grown-top-leaks", "dirty"] {
      #expect(verdicts[name]?.newer == .keeps, "\(name)")
    }
  }

  private func observations(_ finding: Finding) -> [[UInt64]] {
    guard case .observations(let left, let right) = finding.evidence else { return [] }
    return [left.words, right.words]
  }
}

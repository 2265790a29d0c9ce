// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// All that looks at the scenarios of a review: each of them is run on both sides together, on each
/// alone, and where lines are watched.
struct ReviewRun {
  let comparison: any ScenarioJudge
  let changes: BehaviourChanges
  private let base: SideJudgement
  private let head: SideJudgement
  private let patch: PatchWatch?
  /// What this run leaves out, a sentence each.
  private(set) var notDone = [
    "scenarios were made without the guidance of coverage:"
      + " iopt-fuzz --left BASE --right HEAD has it"
  ]

  init(
    _ base: LaneRequest, _ head: LaneRequest, _ isolation: IsolationOptions, watchesLines: Bool
  ) throws {
    func judge(_ plan: EnginePlan) throws -> any ScenarioJudge {
      try isolation.judge(plan, file: "")
    }
    comparison = try judge(EnginePlan([base, head], make: OracleChoice([.comparison]).engine))
    changes = BehaviourChanges(comparison)
    let alone = OracleChoice([.contract, .leak, .hardware])
    self.base = SideJudgement(try judge(EnginePlan([base], make: alone.engine)))
    self.head = SideJudgement(try judge(EnginePlan([head], make: alone.engine)))
    guard watchesLines, base.kernel != nil || head.kernel != nil else {
      patch = nil
      return
    }
    do {
      patch = try PatchWatch(base, head, judge: judge)
    } catch {
      patch = nil
      notDone.append("which lines of the change were run: \(error)")
    }
  }

  func run(_ scenario: Scenario) throws {
    try changes.run(scenario)
    try base.run(scenario)
    try head.run(scenario)
    try patch?.run(scenario)
  }

  /// What was seen, when everything was run.
  func review(
    _ found: [BehaviourChange], _ cases: TreeCaseChange?, recorded: Int
  ) throws -> Review {
    Review(
      base: comparison.labels[0], head: comparison.labels[1], changes: found,
      judgement: JudgementChange(base: base, head: head), cases: cases,
      patch: try patch?.result(shrinking: 5, seconds: 1), tally: changes.tally,
      headTally: head.tally, recorded: recorded, notDone: notDone)
  }
}

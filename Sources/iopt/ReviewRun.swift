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
  private(set) var notDone: [String] = []
  /// Scenarios that iopt-fuzz found.
  private var guided = 0
  /// What was done to scenarios for want of something, a line each.
  var narrowed: [String] = []

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

  /// Runs one scenario. True when it showed something that nothing before has: a kind of difference,
  /// or a line of the change.
  @discardableResult
  func run(_ scenario: Scenario) throws -> Bool {
    let isNewKind = try changes.run(scenario)
    try base.run(scenario)
    try head.run(scenario)
    let isNewLine = try patch?.run(scenario) ?? false
    return isNewKind || isNewLine
  }

  /// Runs what iopt-fuzz found, for at most `seconds`.
  mutating func run(
    _ inputs: [[UInt8]], of scenarios: inout ReviewScenarios, seconds: Double
  ) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    for (number, input) in inputs.enumerated() {
      guard ContinuousClock.now < end else {
        notDone.append("\(inputs.count - number) of iopt-fuzz's inputs: there was no time left")
        return
      }
      guard let scenario = scenarios.scenario(of: input) else { continue }
      try run(scenario)
      guided += 1
    }
  }

  /// Says why no coverage led the scenarios that were made.
  mutating func lackGuidance(_ reason: String) {
    notDone.append("scenarios were made without the guidance of coverage: \(reason)")
  }

  /// What the sides say that they can do; nothing where loading one of them ended its process.
  private var capabilities: CapabilityChange {
    let parties = zip(comparison.labels, comparison.capabilities).map {
      Narrowing.Party(name: $0, capabilities: $1)
    }
    return parties.count == 2
      ? CapabilityChange(base: parties[0], head: parties[1]) : CapabilityChange()
  }

  /// What was seen, when everything was run.
  func review(
    _ found: [BehaviourChange], _ cases: TreeCaseChange?, recorded: Int
  ) throws -> Review {
    var review = Review(
      base: comparison.labels[0], head: comparison.labels[1], changes: found,
      judgement: JudgementChange(base: base, head: head), cases: cases,
      patch: try patch?.result(shrinking: 5, seconds: 1), tally: changes.tally,
      headTally: head.tally, recorded: recorded, notDone: notDone)
    review.guided = guided
    review.capabilities = capabilities
    review.narrowed = narrowed
    return review
  }
}

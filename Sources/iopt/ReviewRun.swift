// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// All that looks at the scenarios of a review: each of them is run on both sides together, on each
/// alone, and where lines are watched.
struct ReviewRun {
  let comparison: any ScenarioJudge
  private let changes: BehaviourChanges
  private let judgements: JudgementChanges
  private let patch: PatchWatch?
  private let hangs = HangCount()
  /// What this run leaves out, a sentence each.
  private(set) var notDone: [String] = []
  /// Scenarios that iopt-fuzz found, and that come from files.
  private var guided = 0
  /// What was done to scenarios for want of something, a line each.
  var narrowed: [String] = []
  private(set) var recorded = 0

  init(
    _ base: LaneRequest, _ head: LaneRequest, _ isolation: IsolationOptions,
    alone choice: OracleChoice, watchesLines: Bool
  ) throws {
    func judge(_ plan: EnginePlan) throws -> any ScenarioJudge {
      try isolation.judge(plan, file: "")
    }
    comparison = try judge(EnginePlan([base, head], make: OracleChoice([.comparison]).engine))
    changes = BehaviourChanges(comparison)
    let alone = try [base, head].map { try judge(EnginePlan([$0], make: choice.engine)) }
    judgements = JudgementChanges(base: alone[0], head: alone[1])
    hangs.listen(to: comparison, side: nil)
    for side in 0...1 { hangs.listen(to: alone[side], side: side) }
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

  /// Whether a side did not return so often that no more scenarios are run.
  var isOver: Bool { hangs.lostSide != nil }

  /// Runs one scenario. True when it showed something that nothing before has: a kind of difference,
  /// or a line of the change.
  /// `alone`: each side is judged, whether they differ or not.
  @discardableResult
  func run(_ scenario: Scenario, alone: Bool = true) throws -> Bool {
    let before = hangs.total
    if isOver { return false }
    let isNewKind = try changes.run(scenario)
    if isOver { return isNewKind }
    if alone || changes.difference != nil {
      try judgements.run(scenario, differingAt: changes.difference)
    }
    // What did not return there does not return here.
    guard hangs.total == before else { return isNewKind }
    let isNewLine = try patch?.run(scenario) ?? false
    return isNewKind || isNewLine
  }

  /// Runs one that comes from a file.
  mutating func run(recorded scenario: Scenario) throws {
    try run(scenario)
    recorded += 1
  }

  /// Runs what was recorded, until `end`.
  mutating func run(
    _ files: RecordedFiles, fitting scenarios: inout ReviewScenarios,
    until end: ContinuousClock.Instant, _ progress: ProgressLine
  ) throws {
    guard !files.paths.isEmpty else {
      notDone.append("recorded scenarios: there are none beside this program, and none were named")
      return
    }
    for (number, path) in files.paths.enumerated() {
      for located in try readScenarios(path: path) where ContinuousClock.now < end && !isOver {
        guard let scenario = scenarios.fitted(located.scenario) else { continue }
        if try run(scenario) { scenarios.keep(scenario) }
        recorded += 1
        if progress.isShown, recorded & 63 == 0 { progress.show("\(recorded) recorded scenarios") }
      }
      if isOver { return }
      guard ContinuousClock.now < end else {
        notDone.append(
          "\(files.paths.count - number) of \(files.paths.count) files of scenarios that came with it,"
            + " to their end: there was no time left")
        return
      }
    }
  }

  /// Runs what iopt-fuzz found, for at most `seconds`.
  mutating func run(
    _ inputs: [[UInt8]], of scenarios: inout ReviewScenarios, seconds: Double
  ) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    for (number, input) in inputs.enumerated() {
      if isOver { return }
      guard ContinuousClock.now < end else {
        notDone.append("\(inputs.count - number) of iopt-fuzz's inputs: there was no time left")
        return
      }
      guard let scenario = scenarios.scenario(of: input) else { continue }
      // Of many inputs: what both do alike, both keep or both break.
      try run(scenario, alone: false)
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

  /// What was seen, when everything was run; the first `limit` kinds of difference are shrunk.
  func review(shrinking limit: Int, _ progress: ProgressLine) throws -> Review {
    // What a shrinker runs is no more of the review.
    let (tally, headTally) = (changes.tally, judgements.headTally)
    let found = try changes.changes(
      shrinking: ShrinkBounds(kinds: limit, seconds: 5, total: 15)
    ) { progress.show("\($0) kinds of difference shrunk") }
    let judgement = try judgements.change(
      shrinking: ShrinkBounds(kinds: min(limit, Review.shownPromises), seconds: 2, total: 6)
    ) { progress.show("\($0) broken promises shrunk") }
    let labels = comparison.labels
    var review = Review(
      base: labels[0], head: labels[1], changes: found, judgement: judgement,
      patch: isOver ? nil : try patch?.result(shrinking: 5, seconds: 1), tally: tally,
      headTally: headTally, recorded: recorded, notDone: notDone)
    if let side = hangs.lostSide {
      review.notDone.append(
        "more scenarios: \(labels[side]) did not return in time, \(HangCount.patience) times")
    }
    review.guided = guided
    review.capabilities = capabilities
    review.narrowed = narrowed
    return review
  }
}

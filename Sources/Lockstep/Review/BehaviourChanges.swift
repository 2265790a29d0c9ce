// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One way in which two versions of the same code behave differently, and in how many scenarios it
/// was the first difference.
public struct BehaviourChange: Sendable {
  /// What differs first, without the modes in force.
  public var signature: Signature
  /// Scenarios whose first difference it is.
  public var count: Int
  /// The smallest scenario that shows it.
  public var scenario: Scenario
  /// What is seen in that scenario.
  public var finding: Finding
}

/// Holds one version of some code against another and keeps each kind of difference once.
public final class BehaviourChanges {
  private struct Kind {
    var count = 0
    var scenario: Scenario
    var finding: Finding
  }

  private let judge: any ScenarioJudge
  private var kinds: [Signature: Kind] = [:]
  /// In the order in which they were met, which decides between equal counts.
  private var order: [Signature] = []

  /// `judge` compares the two versions.
  public init(_ judge: any ScenarioJudge) { self.judge = judge }

  /// What was run so far.
  public var tally: RunTally { judge.tally }

  /// Runs one scenario; a difference is filed under its signature without the modes in force, with the shortest scenario that
  /// has shown it. True when nothing before it has.
  @discardableResult
  public func run(_ scenario: Scenario) throws(IsolationError) -> Bool {
    guard let finding = try judge.judge(scenario, file: "") else { return false }
    // What was in force there tells faults apart, and a reader not: one change shows in many modes.
    var signature = finding.signature
    signature.modes = []
    let isNew = kinds[signature] == nil
    if isNew { order.append(signature) }
    var kind = kinds[signature] ?? Kind(scenario: scenario, finding: finding)
    kind.count += 1
    if scenario.operations.count < kind.scenario.operations.count {
      kind.scenario = scenario
      kind.finding = finding
    }
    kinds[signature] = kind
    return isNew
  }

  /// All kinds of difference, that of most scenarios first; the first `limit` are shrunk, each for at
  /// most `seconds`. `onProgress` is told how many are done.
  public func changes(
    shrinking limit: Int, seconds: Double, onProgress: (Int) -> Void = { _ in }
  ) throws(IsolationError) -> [BehaviourChange] {
    var changes = order.enumerated()
      .map { (index: $0.offset, signature: $0.element, kind: kinds[$0.element]!) }
      .sorted { ($1.kind.count, $0.index) < ($0.kind.count, $1.index) }
      .map {
        BehaviourChange(
          signature: $0.signature, count: $0.kind.count, scenario: $0.kind.scenario,
          finding: $0.kind.finding)
      }
    for index in changes.indices.prefix(limit) {
      try shrink(&changes[index], seconds)
      onProgress(index + 1)
    }
    return changes
  }

  private func shrink(_ change: inout BehaviourChange, _ seconds: Double) throws(IsolationError) {
    let minimizer = Minimizer(judge)
    let result = minimizer.minimize(change.scenario, seconds: seconds)
    if let failure = minimizer.failure { throw failure }
    guard let result, let finding = try judge.judge(result.scenario, file: "") else { return }
    change.scenario = result.scenario
    change.finding = finding
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Holds one version of some code against another and keeps each kind of difference once: what differs
/// first in a scenario.
public final class BehaviourChanges {
  private let judge: any ScenarioJudge
  private var kinds = FoundKinds()
  /// Where the two differed in the scenario that was run last; nil: nowhere.
  public private(set) var difference: Finding.Place?

  /// `judge` compares the two versions.
  public init(_ judge: any ScenarioJudge) { self.judge = judge }

  /// What was run so far.
  public var tally: RunTally { judge.tally }

  /// Runs one scenario; a difference is filed under its signature without the modes in force, with the
  /// shortest scenario that has shown it. True when nothing before it has.
  @discardableResult
  public func run(_ scenario: Scenario) throws(IsolationError) -> Bool {
    let finding = try judge.judge(scenario, file: "")
    difference = finding?.place
    guard let finding else { return false }
    return kinds.take(finding, scenario, as: finding.signature.withoutModes)
  }

  /// All kinds of difference, that of most scenarios first, shrunk as far as `bounds` let them.
  /// `onProgress` is told how many are done.
  public func changes(
    shrinking bounds: ShrinkBounds, onProgress: (Int) -> Void = { _ in }
  ) throws(IsolationError) -> [FoundKind] {
    try kinds.shrunk(by: judge, bounds, onProgress: onProgress)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What one version of some code did on its own in one scenario.
struct SideVerdict {
  /// What is wrong with it.
  var finding: Finding?
  /// It came to the scenario's end: nothing was found, refused or crashed, and its domain could be
  /// opened.
  var isWhole: Bool
  /// The known departures that it had there, by name.
  var departures: Set<String>

  /// Whether the promise that another version broke was asked of this one at the same place of the
  /// same scenario, and kept.
  func keeps(_ other: Finding) -> Bool {
    if isWhole { return true }
    guard let finding, finding.signature.promise != other.signature.promise else { return false }
    if finding.place.order > other.place.order { return true }
    // There it was found to break another one, which it had to live for.
    return finding.place.order == other.place.order && finding.oracle.judgesOneSubject
  }
}

extension Finding.Place {
  /// How far the scenario was run.
  var order: Int { isEnd ? .max : operation ?? -1 }
}

/// Runs one version of some code alone and tells what each scenario came to.
final class SideJudge {
  private let judge: any ScenarioJudge
  private var tallyBefore: RunTally
  private var seenBefore: [String: Int] = [:]

  /// `judge` judges one subject alone.
  init(_ judge: any ScenarioJudge) {
    self.judge = judge
    tallyBefore = judge.tally
  }

  /// What was run so far.
  var tally: RunTally { judge.tally }

  /// What every lane's subject can do.
  var capabilities: [Capabilities] { judge.capabilities }

  /// The subject as a user types it.
  var labels: [String] { judge.labels }

  /// Runs one scenario.
  func run(_ scenario: Scenario) throws(IsolationError) -> SideVerdict {
    let finding = try judge.judge(scenario, file: "")
    let tally = judge.tally
    let seen = Dictionary(
      judge.departures.map { ($0.name, $0.count) }, uniquingKeysWith: +)
    defer { (tallyBefore, seenBefore) = (tally, seen) }
    // A domain and its operations are a statement each.
    let isWhole =
      finding == nil && tally.crashed == tallyBefore.crashed && tally.refused == tallyBefore.refused
      && tally.statements - tallyBefore.statements == scenario.operations.count + 1
    return SideVerdict(
      finding: finding, isWhole: isWhole,
      departures: Set(seen.filter { $1 > seenBefore[$0, default: 0] }.keys))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage

/// A review as `--json` prints it.
public struct ReviewJSON: Encodable {
  struct Change: Encodable {
    var signature: String
    var scenarios: Int
    var scenario: String
    var finding: FindingJSON
  }

  var base: String
  var head: String
  var verdict: String
  var scenarios: Int
  var statements: Int
  var refused: Int
  var refusals: [String: Int]
  /// As what a tree is judged that is no release which has a number, by its name.
  var judgedAs: [String: String]
  var capabilities: Capabilities
  var changes: [Change]
  var broken: [Change]
  /// Broken where BASE had ended before.
  var unsettled: [Change]
  var mended: [Change]
  var cases: Cases?
  var patch: Patch?
  var newDepartures: [String]
  var lostDepartures: [String]
  var notDone: [String]
  var costs: CostsJSON?

  /// The members of `review` that programs read.
  public init(_ review: Review) {
    base = review.base
    head = review.head
    verdict = "\(review.verdict)"
    scenarios = review.tally.scenarios
    statements = review.tally.statements
    refused = review.tally.refused
    refusals = review.tally.refusals
    judgedAs = review.tally.releaseNotes
    capabilities = Capabilities(review)
    changes = review.changes.map(Self.change)
    broken = review.judgement.broken.map(Self.change)
    unsettled = review.judgement.unsettled.map(Self.change)
    mended = review.judgement.mended.map(Self.change)
    cases = review.cases.map { Cases($0, review) }
    patch = review.patch.map(Patch.init)
    newDepartures = review.judgement.newDepartures.map(\.name)
    lostDepartures = review.judgement.lostDepartures.map(\.name)
    notDone = review.notDone
    costs = review.costs.map(CostsJSON.init)
  }

  private static func change(_ kind: FoundKind) -> Change {
    Change(
      signature: kind.signature.description, scenarios: kind.count, scenario: kind.scenario.text,
      finding: FindingJSON(kind.finding))
  }
}

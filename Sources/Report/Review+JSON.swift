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

  /// The trees' own cases: counts of each side by format, and what fails.
  struct Cases: Encodable {
    struct Count: Encodable {
      var passed: Int
      var failed: Int
      var skipped: Int
    }
    struct Failure: Encodable {
      var name: String
      var reason: String
    }

    var base: [String: Count]
    var head: [String: Count]
    var broken: [Failure]
    var failing: [Failure]
    var mended: [String]
    var lost: [String]
    var notRun: [String: String]
  }

  var base: String
  var head: String
  var verdict: String
  var scenarios: Int
  var statements: Int
  var refused: Int
  var refusals: [String: Int]
  var changes: [Change]
  var broken: [Change]
  var mended: [Change]
  var cases: Cases?
  var newDepartures: [String]
  var lostDepartures: [String]
  var notDone: [String]

  /// The members of `review` that programs read.
  public init(_ review: Review) {
    base = review.base
    head = review.head
    verdict = "\(review.verdict)"
    scenarios = review.tally.scenarios
    statements = review.tally.statements
    refused = review.tally.refused
    refusals = review.tally.refusals
    changes = review.changes.map {
      Change(
        signature: $0.signature.description, scenarios: $0.count, scenario: $0.scenario.text,
        finding: FindingJSON($0.finding))
    }
    broken = review.judgement.broken.map(Self.change)
    mended = review.judgement.mended.map(Self.change)
    cases = review.cases.map { Cases($0, review) }
    newDepartures = review.judgement.newDepartures
    lostDepartures = review.judgement.lostDepartures
    notDone = review.notDone
  }

  private static func change(_ breach: JudgementChange.Breach) -> Change {
    Change(
      signature: breach.signature.description, scenarios: breach.count,
      scenario: breach.scenario.text, finding: FindingJSON(breach.finding))
  }
}

extension ReviewJSON.Cases {
  init(_ change: TreeCaseChange, _ review: Review) {
    base = Self.counts(change.base)
    head = Self.counts(change.head)
    broken = change.broken.map(Self.failure)
    failing = change.failing.map(Self.failure)
    mended = change.mended.map(\.description)
    lost = change.lost.map(\.description)
    notRun = Self.reasons(change.base, review.base)
      .merging(Self.reasons(change.head, review.head)) { $1 }
  }

  private static func failure(_ failure: TreeCaseChange.Failure) -> Failure {
    Failure(name: failure.of.description, reason: failure.reason)
  }

  private static func counts(_ run: TreeCaseRun) -> [String: Count] {
    let formats = run.cases?.formats ?? []
    return Dictionary(
      formats.map {
        (
          $0.name,
          Count(passed: $0.count.passed, failed: $0.count.failed, skipped: $0.count.skipped)
        )
      }, uniquingKeysWith: { $1 })
  }

  /// By side, or by side and format: why they were not run.
  private static func reasons(_ run: TreeCaseRun, _ side: String) -> [String: String] {
    switch run {
    case .notRun(let reason): [side: reason]
    case .ran(let cases):
      Dictionary(
        cases.unbuilt.map { ("\(side) \($0.format)", $0.reason) }, uniquingKeysWith: { $1 })
    }
  }
}

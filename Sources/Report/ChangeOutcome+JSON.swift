// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

/// A change as `iopt history --json` prints it.
public struct ChangeJSON: Encodable {
  struct Side: Encodable {
    var name: String
    var subject: String?
    var did: [String]?
    var contract: String?
  }
  struct Figure: Encodable {
    var executions: Int
    var seconds: Double
    var found: Int
    var seeds: Int
  }

  var name: String
  var change: String
  var scenario: String
  var differs: Bool?
  var statement: String?
  var signature: String?
  var refusal: String?
  var before: Side
  var after: Side
  var measured: Figure?
  var kunit: String?

  /// The members of `report` that programs read.
  public init(_ report: ChangeReport) {
    name = report.change.name
    change = report.change.summary
    scenario = report.change.text
    kunit = report.kunit
    before = Side(name: report.change.before)
    after = Side(name: report.change.after)
    measured = report.figure.map {
      Figure(executions: $0.executions, seconds: $0.seconds, found: $0.found, seeds: $0.seeds)
    }
    guard let outcome = report.outcome else { return }
    differs = report.differs
    statement = outcome.finding?.statement
    signature = outcome.finding?.signature.description
    refusal = outcome.refusal
    let told = outcome.told
    before = Side(
      name: told[0].name, subject: outcome.sides.older, did: told[0].done,
      contract: told[0].verdict.text)
    after = Side(
      name: told[1].name, subject: outcome.sides.newer, did: told[1].done,
      contract: told[1].verdict.text)
  }
}

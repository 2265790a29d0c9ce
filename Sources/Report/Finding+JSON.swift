// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import Log

/// A finding as `--json` prints it.
public struct FindingJSON: Encodable {
  /// What one side did.
  struct Side: Encodable {
    var name: String
    var observations: [String]

    init(_ side: Finding.Side) {
      name = side.name
      observations = side.lines.map(\.text)
    }
  }

  var oracle: String
  var file: String
  var line: Int
  var scenarioLine: Int
  var operation: Int?
  var statement: String
  var headline: String
  var signature: String
  var left: Side?
  var right: Side?
  var reproduce: String
  /// What subjects said beside their records, such as where a warning comes from.
  var notes: [String]?
  /// The driver that a subject was judged behind, why it would never make such a domain, the danger
  /// behind a departure, and what may have been cached.
  var driver: String?
  var neverMade: String?
  var danger: String?
  var cached: CacheAccount?

  /// The members of `finding` that programs read.
  public init(_ finding: Finding) {
    oracle = finding.oracle.rawValue
    file = finding.place.file
    line = finding.place.line
    scenarioLine = finding.place.scenarioLine
    operation = finding.place.operation
    statement = finding.statement
    headline = finding.headline
    signature = finding.signature.description
    reproduce = Command.reproduce(finding)
    notes = finding.remarks.isEmpty ? nil : finding.remarks.map { "\($0.subject): \($0.text)" }
    driver = finding.hardware?.driver
    neverMade = finding.hardware?.unlikeness
    danger = finding.hardware?.danger
    cached = finding.hardware?.account
    switch finding.evidence {
    case .observations(let one, let other), .memory(_, let one, let other):
      left = Side(one)
      right = Side(other)
    case .misuse, .refusal, .breach, .departure, .leak, .process: break
    }
  }
}

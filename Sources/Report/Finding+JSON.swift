// SPDX-License-Identifier: GPL-2.0-only
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
    switch finding.evidence {
    case .observations(let one, let other), .memory(_, let one, let other):
      left = Side(one)
      right = Side(other)
    case .misuse, .refusal, .breach, .departure, .leak, .process: break
    }
  }
}

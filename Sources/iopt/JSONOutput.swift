// SPDX-License-Identifier: GPL-2.0-only
import FoundationEssentials
import Lockstep

/// A divergence as `--json` prints it.
struct DivergenceJSON: Encodable {
  struct Side: Encodable {
    var name: String
    var observations: [String]

    init(_ side: Divergence.Side) {
      name = side.name
      observations = side.lines.map(\.text)
    }
  }

  var file: String
  var line: Int
  var scenarioLine: Int
  var operation: Int?
  var statement: String
  var headline: String
  var signature: String
  var left: Side
  var right: Side
  var reproduce: String

  init(_ divergence: Divergence) {
    file = divergence.file
    line = divergence.line
    scenarioLine = divergence.scenarioLine
    operation = divergence.operation
    statement = divergence.statement
    headline = divergence.headline
    signature = divergence.signature.description
    left = Side(divergence.left)
    right = Side(divergence.right)
    reproduce = divergence.reproduce
  }
}

/// Prints one JSON value and a line end.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

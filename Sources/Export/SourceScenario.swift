// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A scenario of a file, with the places that messages name.
public struct SourceScenario: Sendable {
  /// As it was named.
  public let file: String
  /// Of its `iopt` line, from 1.
  public let line: Int
  /// What the lines say.
  public var scenario: Scenario
  /// Of its `domain` line; of its `dma` line, where there is one; of each operation.
  let domainLine: Int
  var layerLine: Int?
  var lines: [Int]

  /// All scenarios of a file, which may have no more than ``wholeFileLimit``; observations in it are
  /// passed over.
  public static func all(path: String) throws(ScenarioError) -> [SourceScenario] {
    try all(TraceReader(path: path))
  }

  /// All scenarios of bytes in memory; `name` stands for the file.
  public static func all(
    bytes: [UInt8], name: String
  ) throws(ScenarioError) -> [SourceScenario] {
    try all(TraceReader(bytes: bytes, name: name))
  }

  private static func all(
    _ source: consuming TraceReader
  ) throws(ScenarioError) -> [SourceScenario] {
    var reader = source
    var read: [SourceScenario] = []
    var begun = 0
    var budget = WholeFileBudget()
    while let statement = try reader.nextSkippingObservations() {
      try budget.take(statement, of: reader)
      switch statement {
      case .scenario: begun = reader.line
      case .domain(let domain):
        read.append(
          SourceScenario(
            file: reader.name, line: begun, scenario: Scenario(domain: domain),
            domainLine: reader.line, layerLine: nil, lines: []))
      case .dma(let dma):
        read[read.count - 1].scenario.dma = dma
        read[read.count - 1].layerLine = reader.line
      case .operation(let operation):
        read[read.count - 1].scenario.operations.append(operation)
        read[read.count - 1].lines.append(reader.line)
      case .observation: break
      }
    }
    return read
  }
}

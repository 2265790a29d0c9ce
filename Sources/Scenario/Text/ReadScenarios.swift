// SPDX-License-Identifier: GPL-2.0-only

/// All scenarios of a file (`-` is standard input) without their observations. A file with more
/// than ``wholeFileLimit`` operations is an error.
public func readScenarios(path: String) throws(ScenarioError) -> [LocatedScenario] {
  try readScenarios(TraceReader(path: path))
}

/// All scenarios of text or gzip bytes in memory, without their observations; `name` stands for the
/// file in errors.
public func readScenarios(
  bytes: [UInt8], name: String
) throws(ScenarioError) -> [LocatedScenario] {
  try readScenarios(TraceReader(bytes: bytes, name: name))
}

/// Operations, scenarios and scatterlist pieces of a file that is read as a whole: a small gzip file
/// may hold any number of them. ``TraceReader`` has no such bound.
public let wholeFileLimit = 1 << 20

/// What may be kept of a file that is read as a whole.
public struct WholeFileBudget {
  private let limit: Int
  private var count = 0

  /// Nothing is kept yet; at most `limit` may be.
  public init(limit: Int = wholeFileLimit) { self.limit = limit }

  /// Counts what `reader` has just read; throws at its place when that is too much.
  public mutating func take(
    _ statement: TraceStatement, of reader: borrowing TraceReader
  ) throws(ScenarioError) {
    count += statement.weight
    guard count > limit else { return }
    throw ScenarioError(
      file: reader.name, position: .text(line: reader.line, column: 1),
      message: "expected at most \(limit) operations in a file that is read as a whole")
  }
}

func readScenarios(
  _ source: consuming TraceReader, limit: Int = wholeFileLimit
) throws(ScenarioError) -> [LocatedScenario] {
  var reader = source
  var result: [LocatedScenario] = []
  var line = 0
  var budget = WholeFileBudget(limit: limit)
  while let statement = try reader.nextSkippingObservations() {
    try budget.take(statement, of: reader)
    switch statement {
    case .scenario: line = reader.line
    case .domain(let domain): result.append(LocatedScenario(Scenario(domain: domain), line: line))
    case .dma(let dma): result[result.count - 1].scenario.dma = dma
    case .operation(let operation):
      result[result.count - 1].scenario.operations.append(operation)
    case .observation: preconditionFailure("observations are skipped")
    }
  }
  return result
}

extension TraceStatement {
  /// What it counts for: one, and one for each piece of a list.
  fileprivate var weight: Int {
    guard case .operation(let operation) = self, let pieces = operation.pieces else { return 1 }
    return 1 + pieces.count
  }
}

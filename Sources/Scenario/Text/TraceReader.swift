// SPDX-License-Identifier: GPL-2.0-only

/// Reads scenario text or a trace, plain or gzip, one statement at a time. Its memory does not grow
/// with the file.
public struct TraceReader: ~Copyable {
  /// The line of the statement that was read last, counted from 1.
  public private(set) var line = 0

  /// How a `= ret` at this place is written.
  public private(set) var resultForm = ResultForm.absent

  /// Opens a file; `-` is standard input. Gzip is recognised by its first bytes.
  public init(path: String) throws(ScenarioError) { fatalError() }

  /// Reads bytes in memory; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String) throws(ScenarioError) { fatalError() }

  /// The next statement, or nil at the end of the file. The record of an observation is appended
  /// to `words`.
  public mutating func next(
    appendingTo words: inout [UInt64]
  ) throws(ScenarioError) -> TraceStatement? { fatalError() }

  /// The next statement that is not an observation; `=` lines are skipped unread.
  public mutating func nextSkippingObservations() throws(ScenarioError) -> TraceStatement? {
    fatalError()
  }
}

/// All scenarios of a file (`-` is standard input) without their observations.
public func readScenarios(path: String) throws(ScenarioError) -> [LocatedScenario] { fatalError() }

/// All scenarios of text or gzip bytes in memory, without their observations.
public func readScenarios(
  bytes: [UInt8], name: String
) throws(ScenarioError) -> [LocatedScenario] { fatalError() }

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads a trace as requests, each with the observations that were recorded for it. It holds one
/// request at a time, and of that a bounded number of observations, so its memory does not grow with
/// the file.
struct RequestReader: ~Copyable {
  private var reader: TraceReader
  private let keepsObservations: Bool
  /// The statement after the request's observations.
  private var ahead: TraceStatement?
  private var aheadLine = 0
  private var begun = false

  /// The observations of the request that was returned last, as record words.
  private(set) var expected: [UInt64] = []
  /// How many lines those are.
  private(set) var observations = 0
  /// Where the request stands: the line of the operation, or of `domain`.
  private(set) var line = 0
  /// Where its scenario's `iopt 1` stands.
  private(set) var scenarioLine = 0

  /// Record words of one request's observations.
  private let wordLimit: Int

  /// `keepsObservations`: read `=` lines, or only skip them.
  init(_ reader: consuming TraceReader, keepsObservations: Bool, wordLimit: Int = 1 << 23) {
    self.reader = reader
    self.keepsObservations = keepsObservations
    self.wordLimit = wordLimit
  }

  var name: String { reader.name }

  mutating func next() throws(ScenarioError) -> Request? {
    if !begun {
      begun = true
      try advance()
    }
    expected.removeAll(keepingCapacity: true)
    observations = 0
    while let statement = ahead {
      line = aheadLine
      switch statement {
      case .scenario:
        scenarioLine = aheadLine
        try advance()
      case .domain(let domain):
        let request = try open(domain)
        if keepsObservations, observations == 0 { throw notRecorded }
        return request
      case .operation(let operation):
        try advance()
        return .operation(operation)
      case .dma, .observation:
        preconditionFailure("the reader lets dma follow domain only, and advance() skips the rest")
      }
    }
    return nil
  }

  private var notRecorded: ScenarioError {
    ScenarioError(
      file: name, position: .text(line: scenarioLine, column: 1),
      message: "expected a recorded trace, found a domain without any `=` line"
        + " (iopt record makes a trace of it)")
  }

  private mutating func open(_ domain: DomainConfiguration) throws(ScenarioError) -> Request {
    try advance()
    guard case .dma(let dma)? = ahead else { return .open(domain, nil) }
    try advance()
    return .open(domain, dma)
  }

  /// Moves to the next statement that is not an observation; gathers those on the way.
  private mutating func advance() throws(ScenarioError) {
    guard keepsObservations else {
      ahead = try reader.nextSkippingObservations()
      aheadLine = reader.line
      return
    }
    while true {
      ahead = try reader.next(appendingTo: &expected)
      guard case .observation? = ahead else { break }
      observations += 1
      if expected.count > wordLimit {
        throw ScenarioError(
          file: reader.name, position: .text(line: reader.line, column: 1),
          message: "expected fewer observations of one operation")
      }
    }
    aheadLine = reader.line
  }
}

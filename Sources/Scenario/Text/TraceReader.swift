// SPDX-License-Identifier: GPL-2.0-only

/// Reads scenario text or a trace, plain or gzip, one statement at a time. Its memory does not grow
/// with the file.
public struct TraceReader: ~Copyable {
  /// What may come next.
  private enum Phase {
    /// Nothing was read yet.
    case start
    /// `iopt` was read; `domain` must follow.
    case header
    /// `domain` was read; `dma` may follow.
    case domain
    case operations
  }

  private var lines: LineSource
  private var phase = Phase.start
  /// Of the `dma` line; 0 when there is none.
  private var cpus: UInt32 = 0
  /// Of the scenario that was begun.
  private var version = 1

  /// The line of the statement that was read last, counted from 1.
  public var line: Int { lines.line }

  /// How a `= ret` at this place is written.
  public private(set) var resultForm = ResultForm.absent

  /// Opens a file; `-` is standard input. Gzip is recognised by its first bytes.
  public init(path: String) throws(ScenarioError) {
    lines = LineSource(try ByteInput(path: path))
  }

  /// Reads bytes in memory; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String) {
    lines = LineSource(ByteInput(bytes: bytes, name: name))
  }

  /// The path or name as it was given.
  public var name: String { lines.name }

  /// The next statement, or nil at the end of the file. The record of an observation is appended
  /// to `words`; what they hold after an error is of no use.
  public mutating func next(
    appendingTo words: inout [UInt64]
  ) throws(ScenarioError) -> TraceStatement? {
    while let line = try lines.next() {
      do throws(LineFault) {
        if let statement = try statement(line, words: &words) { return statement }
      } catch {
        throw located(error, in: line)
      }
    }
    try checkEnd()
    return nil
  }

  /// The next statement that is not an observation. Observations are skipped: only their place and
  /// their encoding are checked.
  public mutating func nextSkippingObservations() throws(ScenarioError) -> TraceStatement? {
    while let line = try lines.next() {
      do throws(LineFault) {
        var cursor = LineCursor(line)
        guard let word = cursor.word() else {
          try cursor.finish()
          continue
        }
        if word == "=" {
          try checkObservationPlace(word, cursor)
          try cursor.checkText()
        } else {
          return try statement(word, &cursor)
        }
      } catch {
        throw located(error, in: line)
      }
    }
    try checkEnd()
    return nil
  }

  @inline(__always)
  private mutating func statement(
    _ line: UnsafeBufferPointer<UInt8>, words: inout [UInt64]
  ) throws(LineFault) -> TraceStatement? {
    var cursor = LineCursor(line)
    guard let word = cursor.word() else {
      try cursor.finish()
      return nil
    }
    if word == "=" {
      try checkObservationPlace(word, cursor)
      try cursor.observation(form: resultForm, into: &words)
      return .observation
    }
    return try statement(word, &cursor)
  }

  /// Reads a statement that is not an observation and moves to the phase after it.
  private mutating func statement(
    _ word: ByteWord, _ cursor: inout LineCursor
  ) throws(LineFault) -> TraceStatement {
    switch word {
    case "iopt":
      if phase == .header { throw cursor.fault(expected: "`domain`", at: word.start) }
      version = try cursor.version()
      phase = .header
      resultForm = .absent
      return .scenario
    case "domain":
      try check(phase == .header, "`iopt 1` before another `domain`", word, cursor)
      let domain = try cursor.domain(version: version)
      phase = .domain
      cpus = 0
      resultForm = .errno
      return .domain(domain)
    case "dma":
      try checkBegun(word, cursor)
      try check(phase == .domain, "`dma` right after `domain`", word, cursor)
      let dma = try cursor.dma(version: version)
      phase = .operations
      cpus = dma.cpus
      // In version 2 the layer's set-up may fail.
      resultForm = version == 1 ? .absent : .errno
      return .dma(dma)
    default:
      try checkBegun(word, cursor)
      let operation = try cursor.operation(word, cpus: cpus, version: version)
      phase = .operations
      resultForm = operation.resultForm
      return .operation(operation)
    }
  }

  @inline(__always)
  private func checkObservationPlace(_ word: ByteWord, _ cursor: LineCursor) throws(LineFault) {
    try checkBegun(word, cursor)
  }

  /// Everything but `iopt` and `domain` needs a domain before it.
  @inline(__always)
  private func checkBegun(_ word: ByteWord, _ cursor: LineCursor) throws(LineFault) {
    try check(phase != .start, "`iopt 1`", word, cursor)
    try check(phase != .header, "`domain`", word, cursor)
  }

  @inline(__always)
  private func check(
    _ condition: Bool, _ expected: StaticString, _ word: ByteWord, _ cursor: LineCursor
  ) throws(LineFault) {
    if !condition { throw cursor.fault(expected: "\(expected)", at: word.start) }
  }

  /// A file holds at least one scenario, and every scenario has a domain.
  private func checkEnd() throws(ScenarioError) {
    let expected = phase == .start ? "`iopt 1`" : "`domain`"
    guard phase == .start || phase == .header else { return }
    throw ScenarioError(
      file: lines.name, position: .text(line: lines.line + 1, column: 1),
      message: "expected \(expected), found the end of the file")
  }

  /// Bytes that are no text are the better explanation of a line that cannot be read.
  private func located(_ fault: LineFault, in line: UnsafeBufferPointer<UInt8>) -> ScenarioError {
    var fault = fault
    do throws(LineFault) { try LineCursor(line).checkText() } catch { fault = error }
    return ScenarioError(
      file: lines.name, position: .text(line: lines.line, column: fault.column),
      message: fault.message)
  }
}

extension LineCursor {
  /// The rest of an `iopt` line.
  fileprivate mutating func version() throws(LineFault) -> Int {
    let version = Int(try argument("version 1 or 2 of the language", in: 1...2))
    try finish()
    return version
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Scenario
import SubjectABI

/// The first place where two sides of a scenario are not the same, ready to be told to a reader.
public struct Divergence: Sendable {
  /// What is wrong.
  public enum Cause: Equatable, Sendable {
    /// The observations of one operation differ.
    case observations
    /// Table words differ that no operation's observations told apart.
    case word(pa: UInt64)
    /// The right side broke the ABI's rules.
    case misuse(Misuse)
    /// The right side changed a word that its stores do not explain.
    case unexplained(pa: UInt64)
  }

  public var cause: Cause
  /// The file that holds the scenario.
  public var file: String
  /// The line of the statement, 0 when it was not read from text.
  public var line: Int
  /// The line where the scenario starts.
  public var scenarioLine: Int
  /// The operation's index in its scenario from 0; nil: while the domain was opened.
  public var operation: Int?
  /// The statement as canonical text.
  public var statement: String
  public var left: Side
  public var right: Side
  /// The command that shows the same again.
  public var reproduce: String

  /// What one side did.
  public struct Side: Sendable {
    public var name: String
    /// Observations as lines of canonical text.
    public var lines: [Line] = []
    /// The same as record words.
    var words: [UInt64] = []
    /// A live table word that is not what this side's stores say; asked for when `pte` lines differ.
    var unexplained: UInt64?

    init(name: String, words: [UInt64], form: ResultForm) {
      self.name = name
      self.words = words
      lines = Self.lines(of: words, form: form)
    }

    init(_ observed: ObservedLane, form: ResultForm, reader: TableReader) {
      self.init(name: observed.lane.label, words: Array(observed.records.words), form: form)
      annotate(like: observed, reader: reader)
    }
  }

  /// One observation, and what its table words mean.
  public struct Line: Equatable, Sendable {
    public var text: String
    public var note = ""
  }
}

extension Divergence.Side {
  private static func lines(of words: [UInt64], form: ResultForm) -> [Divergence.Line] {
    var result: [Divergence.Line] = []
    words.withUnsafeBufferPointer { buffer in
      for record in RecordView(buffer) {
        var text = TextBuffer(capacity: 128)
        text.appendRecord(record.words, form: form)
        result.append(Divergence.Line(text: String(text.string.dropLast())))
      }
    }
    return result
  }

  /// Writes beside each `pte` line what its first word means, with the tables of `observed` to
  /// find each table's place in the tree.
  mutating func annotate(like observed: ObservedLane, reader: TableReader) {
    guard let top = observed.top else { return }
    let places = TablePlaces(
      top: top.pa, level: top.level, reader: reader,
      in: observed.lane.host.state.pointee.arena)
    words.withUnsafeBufferPointer { buffer in
      for (line, record) in RecordView(buffer).enumerated()
      where record.kind == pteRecordKind && record.words.count == 6 {
        let pa = record.words[1] &+ record.words[2] &* 8
        let count = record.words[3] &- record.words[2] &+ 1
        lines[line].note = places.describe(record.words[4], at: pa, count: count)
      }
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Log
import ScenarioLanguage

/// Something wrong in one scenario: who says so, what kind of fault it is, where, and what shows it.
/// Reports are made of it elsewhere.
public struct Finding: Codable, Sendable {
  /// The oracle that found it.
  public var oracle: OracleName { signature.oracle }
  /// What tells it from others; the same when the scenario is made smaller.
  public var signature: Signature
  public var place: Place
  /// The statement at the place as canonical text, perhaps two lines; empty at a scenario's end.
  public var statement: String
  /// The subjects that ran, as a user types them.
  public var subjects: [String]
  public var evidence: Evidence
  /// The number of the lane at fault, where one is.
  public var faultyLane: Int?
  /// What hardware it was judged by, where by any.
  public var hardware: HardwareEvidence?
  /// What subjects noted beside their records in the operation, such as where in the code a warning
  /// comes from.
  public var remarks: [Remark] = []

  /// Recorded observations were at hand: `iopt replay` shows it again.
  public var isReplay = false

  /// A line of a subject's.
  public struct Remark: Codable, Equatable, Sendable {
    /// What reports call it.
    public var subject: String
    public var text: String
  }

  /// Where it is.
  public struct Place: Codable, Equatable, Sendable {
    /// The file that holds the scenario; empty when there is none.
    public var file: String
    /// The statement's line, 0 when it was not read from text.
    public var line: Int
    /// The line where the scenario starts.
    public var scenarioLine: Int
    /// The operation's index in its scenario from 0; nil: while the domain was opened.
    public var operation: Int?
    /// Whether it showed after the last operation only.
    public var isEnd = false

    /// A place in `file`; lines count from 1.
    public init(file: String, line: Int = 0, scenarioLine: Int = 0, operation: Int? = nil) {
      self.file = file
      self.line = line
      self.scenarioLine = scenarioLine
      self.operation = operation
    }
  }

  /// Behind which driver a subject was judged, and what hardware may have cached.
  public struct HardwareEvidence: Codable, Sendable {
    /// As `--driver` takes it, and whether `--driver` chose it.
    public var driver: String
    public var isForced: Bool
    /// Why the driver would never make such a domain; nil where it would.
    public var unlikeness: String?
    /// The danger behind a departure that is forbidden.
    public var danger: String?
    /// What was cached and what did not remove it, where something may have been.
    public var account: CacheAccount?
  }

  /// What one side did at the place.
  public struct Side: Codable, Sendable {
    /// What reports call it.
    public var name: String
    /// Observations, as record words.
    public var words: [UInt64]
    /// How the statement's result is written.
    public var form: ResultForm
    /// What table words mean, and where a warning comes from, by the number of their observation.
    public var notes: [Int: String] = [:]
    /// A table word that this side's stores do not tell as it is.
    public var untold: UntoldWord?

    /// A side without notes.
    public init(name: String, words: [UInt64], form: ResultForm) {
      self.name = name
      self.words = words
      self.form = form
    }
  }

  /// The subject that is at fault, as a user types it, where one is; else the last.
  public var faultySubject: String { subjects[faultyLane ?? subjects.count - 1] }

  /// What shows it.
  public enum Evidence: Codable, Sendable {
    /// The observations of one operation are not the same. For a trace the left side is recorded.
    case observations(left: Side, right: Side)
    /// Table memory was not the same in front of an event, both sides' events being the same.
    case memory(MemoryDifference, left: Side, right: Side)
    /// A subject broke the ABI's rules.
    case misuse(subject: String, Misuse)
    /// A subject refused what it must be able to do. `lookup` is the byte that an oracle asked for,
    /// when that was refused.
    case refusal(subject: String, reason: String, lookup: UInt64?)
    /// A subject did not keep a promise: which, and what it did. `lookup` is the byte that was
    /// looked up after the operation, when that was what went wrong.
    case breach(subject: String, text: String, lookup: UInt64?)
    /// A named departure that is forbidden.
    case departure(subject: String, name: String)
    /// Tables that teardown left, which no gather had taken.
    case leak(subject: String, tables: [UInt64])
    /// A subject ended the process that ran it, or did not return.
    case process(Fatality)
  }
}

/// Table memory that differs between two subjects in front of the same event.
public struct MemoryDifference: Codable, Equatable, Sendable {
  /// After the last event.
  public static let theEnd = "the end"

  /// The event's number among the operation's observations, and its word; ``theEnd`` after the last.
  public var event: Int
  public var eventWord: String
  public var pa: UInt64
  /// What each side had stored there.
  public var left: UInt64
  public var right: UInt64
}

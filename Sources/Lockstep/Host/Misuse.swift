// SPDX-License-Identifier: GPL-2.0-only
import Log

/// A way in which a subject broke the ABI's rules.
public enum Misuse: Codable, Equatable, Sendable {
  /// It freed an address that is not the start of an allocated table.
  case freedUnallocated(pa: UInt64)
  /// It freed a table that it had freed before.
  case freedTwice(pa: UInt64)
  /// It asked for a table of no bytes.
  case allocatedNothing
  /// It logged a store that is not wholly in one table that is allocated.
  case storedOutsideTables(pa: UInt64)
  /// A table word is not what its store records say.
  case untoldWord(UntoldWord)
  /// It touched memory that is no table of its own.
  case trespass(Trespass)
  /// It answered with a number that is no `enum iopt_status`.
  case unknownStatus(UInt32)
  /// It counts more words in its log than there is room for.
  case logOverrun(count: UInt64, capacity: UInt64)
  /// It told more in one operation than any can come to.
  case endlessLog(words: UInt64)
  /// It wrote over the services that it is offered, or over what says where its log is.
  case hostChanged
  /// It wrote over the operation that it was given.
  case operationChanged
  /// It wrote over the configuration that it was given, or behind it.
  case configurationChanged
  /// It put another handler in the place of that for SIGSEGV.
  case signalTaken
  /// It wrote a record that is none: of no kind, too short, or past the log's end.
  case unreadableRecord(header: UInt64)
  /// It wrote more than one record of what an operation came to.
  case secondResult
  /// It wrote a record of a table that is the host's to write.
  case forgedRecord
  /// It asked for tables, gave some back or logged something while it was closed.
  case workInClose
  /// It refused a request after it had logged something of it.
  case workRefused
  /// It did not refuse what no version that it was built with can have.
  case unknownTaken(member: String, value: UInt64)
  /// It refused that, and the reason names not both of member and value.
  case unknownUnnamed(member: String, value: UInt64, reason: String)

  /// The misuse without its numbers: what tells one kind from another.
  public var name: String {
    switch self {
    case .freedUnallocated: "free of no table"
    case .freedTwice: "table freed twice"
    case .allocatedNothing: "alloc of nothing"
    case .storedOutsideTables: "store outside tables"
    case .untoldWord: "untold word"
    case .trespass(let trespass): trespass.name
    case .unknownStatus: "unknown status"
    case .logOverrun: "log overrun"
    case .endlessLog: "endless log"
    case .hostChanged: "host changed"
    case .operationChanged: "operation changed"
    case .configurationChanged: "configuration changed"
    case .signalTaken: "signal taken"
    case .unreadableRecord: "unreadable record"
    case .secondResult: "second result"
    case .forgedRecord: "forged record"
    case .workInClose: "work in close"
    case .workRefused: "refusal after work"
    case .unknownTaken(let member, _): "unknown \(member) taken"
    case .unknownUnnamed(let member, _, _): "unknown \(member) not named"
    }
  }

  public var description: String {
    switch self {
    case .freedUnallocated(let pa):
      "freed \(hex(pa)), which is not the start of an allocated table"
    case .freedTwice(let pa):
      "freed the table at \(hex(pa)) a second time"
    case .allocatedNothing:
      "asked for a table of 0 bytes"
    case .storedOutsideTables(let pa):
      "logged a store at \(hex(pa)), which is not wholly in one allocated table"
    case .untoldWord(let word):
      "changed the table word at \(hex(word.pa)) without a store record that says so:"
        + " \(hex(word.found)), told \(hex(word.told))"
    case .trespass(let trespass): trespass.description
    case .unknownStatus(let number):
      "returned \(number), which is no status"
    case .logOverrun(let count, let capacity):
      "says that its log has \(count) words, where there is room for \(capacity)"
    case .endlessLog(let words):
      "logged more than \(words) words in one operation"
    case .hostChanged:
      "wrote over its host or its log, of which only the log's words and count are its own"
    case .operationChanged:
      "wrote over the operation that it was given, or over its pieces"
    case .configurationChanged:
      "wrote over the configuration that it was given, or behind it"
    case .signalTaken:
      "took SIGSEGV for itself, by which a touch outside of its tables is seen"
    case .unreadableRecord(let header):
      "logged what is no record, or one that is too short or ends behind the log: it begins with"
        + " \(hex(header))"
    case .secondResult:
      "logged more than one result of an operation"
    case .forgedRecord:
      "logged that a table was allocated, or was not, or was freed, or which CPU runs: that the host logs"
    case .workInClose:
      "asked for tables, gave some back or logged something in its close, which frees memory of its own"
    case .workRefused:
      "refused what it had begun: a refusal comes before anything is done or logged"
    case .unknownTaken(let member, let value):
      "took \(member)=\(value) (\(hex(value))), which a host of a later version asked for beside the"
        + " scenario, and which it cannot know"
    case .unknownUnnamed(let member, let value, let reason):
      "refused \(member)=\(value) (\(hex(value))) without naming both: '\(reason)'"
    }
  }
}

/// A touch of memory that is no table of the subject's.
public struct Trespass: Codable, Equatable, Sendable {
  /// What it did there.
  public enum Access: Codable, Equatable, Sendable {
    case read
    case write
    /// One of the two: this machine does not say which.
    case touch
  }

  /// What is there instead of a table.
  public enum Place: Codable, Equatable, Sendable {
    case freedTable
    /// Less than a slot past a table that ends at `end`, where no table begins.
    case pastTable(end: UInt64)
    case unallocated
    /// In front of the arena, and behind it.
    case beforeMemory
    case pastMemory
  }

  /// What it did, and what is there instead of a table.
  public var access: Access
  public var place: Place
  /// Where, as a physical address.
  public var pa: UInt64
  /// What was found there afterwards, and what had been there, when it was found out by that.
  public var found: UInt64?
  public var before: UInt64 = 0

  /// The touch without its numbers.
  public var name: String {
    let verb =
      switch access {
      case .read: "read"
      case .write: "write"
      case .touch: "touch"
      }
    return switch place {
    case .freedTable: "\(verb) \(access == .write ? "to" : "of") a freed table"
    case .pastTable: "\(verb) past a table"
    case .unallocated: "\(verb) outside tables"
    case .beforeMemory: "\(verb) before table memory"
    case .pastMemory: "\(verb) past table memory"
    }
  }

  var description: String {
    let verb =
      switch access {
      case .read: "read"
      case .write: "wrote"
      case .touch: "touched"
      }
    let words = found.map { ": \(hex($0)), was \(hex(before))" } ?? ""
    return "\(verb) \(hex(pa)), \(whereabouts)\(words)"
  }

  private var whereabouts: String {
    switch place {
    case .freedTable: "which is in a freed table"
    case .pastTable(let end): "\(pa - end) bytes past the end of a table"
    case .unallocated: "where it has no table"
    case .beforeMemory: "\(Arena.base &- pa) bytes before table memory"
    case .pastMemory: "\(pa &- Arena.end) bytes past the end of table memory"
    }
  }
}

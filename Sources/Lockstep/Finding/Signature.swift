// SPDX-License-Identifier: GPL-2.0-only

/// Everything that judges a run, by the word that `--oracle` takes.
public enum OracleName: String, CaseIterable, Codable, Sendable {
  /// The rules of the subject ABI, and whether stores tell the truth. Always in force.
  case abi
  /// A subject did not end the process that runs it, and returned in time. Always in force where
  /// subjects run in processes of their own.
  case process
  /// Two subjects do the same, and table memory is the same between any two events.
  case comparison
  /// A subject does what a recorded trace says.
  case trace
  /// A subject leaves no table behind.
  case leak
  /// Nothing that hardware may have cached becomes a danger.
  case hardware
  /// A subject keeps what is documented, as far as models that know no page tables can tell. Last: its
  /// lookups replace the log.
  case contract

  /// Whether it judges one subject alone, without a second one and without a trace.
  public var judgesOneSubject: Bool { self == .leak || self == .contract || self == .hardware }
}

/// What tells one fault from another: who found it at which kind of operation, what is wrong there and
/// which side has more of it, and the modes in force. No address, length or count is part of it, so
/// that it stays the same when a scenario is made smaller. Two failures with the same signature are
/// taken for the same fault.
public struct Signature: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Who found it.
  public var oracle: OracleName
  /// The operation's word, or `domain`, or `end`.
  public var operation: String
  /// What is wrong, and on which side: `ret[1] ENXIO/0`, `sync[2] larger on the left`,
  /// `sync/nothing`, `crash/no crash`, `memory before sync: 0 on the right`, …
  public var difference: String
  /// What was in force there, as far as the operation can hang on it.
  public var modes: Modes

  /// A signature of these parts.
  public init(
    _ oracle: OracleName, operation: String, difference: String, modes: Modes = []
  ) {
    self.oracle = oracle
    self.operation = operation
    self.difference = difference
    self.modes = modes
  }

  /// `comparison unmap: sync[2] larger on the left [flush-range]`
  public var description: String {
    let words = "\(oracle.rawValue) \(operation): \(difference)"
    return modes.isEmpty ? words : "\(words) \(modes)"
  }
}

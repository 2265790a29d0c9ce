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
  /// A subject keeps what is documented, as far as models that know no page tables can tell.
  case contract

  /// Whether it judges one subject alone, without a second one and without a trace.
  public var judgesOneSubject: Bool { self == .leak || self == .contract }
}

/// What tells one fault from another: who found it at which kind of operation, and what is wrong
/// there. Two failures with the same signature are taken for the same fault.
public struct Signature: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Who found it.
  public var oracle: OracleName
  /// The operation's word, or `domain`, or `end`.
  public var operation: String
  /// What is wrong: `ret[1]`, `sync[2]`, `sync/nothing`, `crash/no crash`, `memory before sync`, …
  public var difference: String

  /// A signature of these parts.
  public init(_ oracle: OracleName, operation: String, difference: String) {
    self.oracle = oracle
    self.operation = operation
    self.difference = difference
  }

  public var description: String { "\(oracle.rawValue) \(operation): \(difference)" }
}

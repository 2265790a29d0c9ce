// SPDX-License-Identifier: GPL-2.0-only
import Hardware

/// Something that judges a run. It is shown every request of a scenario after all lanes have
/// answered it, reads their logs and table memory, and says what is wrong. Nothing calls back into
/// it in the middle of an operation.
///
/// One oracle is one file. The engine hands oracles to the run in the order of ``OracleName``; those
/// that ask subjects for more come last, for what they ask replaces the log.
public protocol Oracle: AnyObject {
  var name: OracleName { get }

  /// Whether it has nothing more to say of a request after which two lanes do not differ, so that it
  /// need not be asked.
  var judgesDifferencesOnly: Bool { get }

  /// The kinds of operations that it has anything to say of, a bit each; it need not be asked of others.
  var kinds: UInt64 { get }

  /// Whether it says what another oracle says as long as ``Engine/lanesAreAlike``.
  var followsAnother: Bool { get }

  /// The domain of a scenario was opened, or opening it was tried.
  func begin(_ engine: Engine) -> Judgement

  /// All lanes have answered one operation.
  func judge(_ engine: Engine) -> Judgement

  /// A statement follows where the scenario has ended by its own rules; nothing was run for it.
  func judgeAfterTheEnd(_ engine: Engine) -> Judgement

  /// The scenario is over, all operations were run.
  func end(_ engine: Engine) -> Judgement

  /// What was seen that is known and allowed, by name, and how often.
  var departures: [(name: String, count: Int)] { get }

  /// What was counted of what it judged, a driver each.
  var costs: [DriverCosts] { get }
}

extension Oracle {
  /// It is asked every time.
  public var judgesDifferencesOnly: Bool { false }
  /// It judges for itself.
  public var followsAnother: Bool { false }
  /// All.
  public var kinds: UInt64 { ~0 }
  public func judgeAfterTheEnd(_ engine: Engine) -> Judgement { .nothing }
  public func end(_ engine: Engine) -> Judgement { .nothing }
  public var departures: [(name: String, count: Int)] { [] }
  public var costs: [DriverCosts] { [] }
}

/// What an oracle says of one request. It is handed on for every one: what is found is kept elsewhere.
public enum Judgement {
  /// It had nothing to judge.
  case nothing
  /// All is well.
  case kept
  indirect case found(Fault)
}

/// Something wrong, as an oracle tells it: the engine knows where.
public struct Fault: Sendable {
  /// The signature's last part.
  public var difference: String
  /// What shows it.
  public var evidence: Finding.Evidence
  /// The number of the lane at fault, where one is.
  public var lane: Int?
  /// What hardware it was judged by, where by any.
  var hardware: Finding.HardwareEvidence?
  /// Whose rule it breaks, where that is not the oracle that tells it.
  var oracle: OracleName?

  /// A fault of this kind.
  public init(_ difference: String, _ evidence: Finding.Evidence, lane: Int? = nil) {
    self.difference = difference
    self.evidence = evidence
    self.lane = lane
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Where a run stands, in plain stores to memory that outlives the process: lanes and the engine
/// fill it, and whoever waits for the process reads it. In a process that dies it says what was
/// being asked of which lane.
public struct RunProgress: BitwiseCopyable, Sendable {
  /// What is asked of a lane.
  public enum Phase: UInt32, Codable, Sendable {
    /// The plug-in is loaded, and asked for its description and capabilities.
    case load
    /// A domain is opened.
    case open
    /// An operation is run: the scenario's own, or one by which an oracle asks for more.
    case operation
    /// Why it refused.
    case refusal
    /// The domain is taken down at the scenario's end.
    case teardown
    /// The domain is closed.
    case close
    /// Before a domain's first operation it is asked for what no version of the ABI has.
    case unknown
  }

  /// Calls into lanes that were begun or have returned: while it moves, nothing hangs.
  public var calls: UInt64 = 0
  /// The number of the lane that is being called; -1: none is.
  public var lane: Int32 = -1
  /// The lane that was called last.
  public var lastLane: Int32 = -1
  /// Of the call at hand, or the last one.
  public var phase: UInt32 = 0
  /// `enum iopt_op_kind` of that call, when it is an operation.
  public var kind: UInt32 = 0
  /// Scenarios that the engine began.
  public var scenarios: UInt64 = 0
  /// The operation's number in its scenario from 0; -1: the domain is opened.
  public var operation: Int64 = -1
  /// Whether the scenario's operations are over.
  public var isAtEnd: UInt32 = 0
  /// The process has done what it was made for; an end without that is no end of its own.
  public var isDone: UInt32 = 0

  /// Nothing has begun.
  public init() {}

  /// What is asked, or was asked last.
  public var lastPhase: Phase { Phase(rawValue: phase) ?? .load }

  /// A lane is called.
  @inline(__always)
  public mutating func enter(_ phase: Phase, lane: Int32, kind: UInt32 = 0) {
    self.phase = phase.rawValue
    self.kind = kind
    lastLane = lane
    calls &+= 1
    self.lane = lane
  }

  /// It has returned.
  @inline(__always)
  public mutating func leave() {
    calls &+= 1
    lane = -1
  }
}

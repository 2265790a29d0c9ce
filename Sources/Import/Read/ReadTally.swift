// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What became of the lines of a trace.
public struct ReadTally: Equatable, Sendable {
  /// All lines that were read.
  public var lines = 0
  /// Lines that told an event.
  public var events = 0
  /// Lines of events that are not read.
  public var otherEvents = 0
  /// Lines that are no event: headers, comments, prose.
  public var otherLines = 0
  /// Lines that continue the one before.
  public var continuations = 0
  /// Lines of ours that could not be read.
  public var malformed = 0
  /// Markers of lost events, and the events that they say were lost.
  public var lostMarks = 0
  public var lost: UInt64 = 0
  /// Events that were overwritten before the trace was read, by its header.
  public var overwritten: UInt64 = 0
  /// Lists of which the kernel printed the first entries only.
  public var truncated = 0
  /// Events whose virtual address was hashed.
  public var hashed = 0
  /// Lines of dynamic debug that repeat a map or unmap that another line told.
  public var debugParts = 0
  /// CPUs by the trace's header, 0 when it does not say.
  public var cpus = 0

  /// Of no trace.
  public init() {}
}

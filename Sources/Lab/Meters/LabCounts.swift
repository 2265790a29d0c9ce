// SPDX-License-Identifier: GPL-2.0-only
import Hardware

/// What one run of a workload came to: numbers alone. ``LabMeter`` says what each is.
public struct LabCounts: BitwiseCopyable, Equatable, Sendable {
  // The run.

  /// Operations, of which so many mapped and unmapped, and so many maps failed.
  public var operations: UInt64 = 0
  public var maps: UInt64 = 0
  public var unmaps: UInt64 = 0
  public var failures: UInt64 = 0
  /// Milliseconds of the scenario's time.
  public var time: UInt64 = 0

  // What hardware and a hypervisor were asked for, as issue I counts it.

  /// See ``HardwareCosts``; windows and empty tables are counted below.
  public var hardware = HardwareCosts()

  // Tables.

  /// Table pages that were allocated, and that went back.
  public var tablesAllocated: UInt64 = 0
  public var tablesFreed: UInt64 = 0
  /// Of those allocated: for what a table translated that went within the last N operations.
  public var tablesWantedAgain: UInt64 = 0
  /// Most bytes of tables at a time, and of those that waited in queues.
  public var tableBytesPeak: UInt64 = 0
  public var tableBytesQueuedPeak: UInt64 = 0

  // Queues.

  /// Ranges that were queued; flushes of everything that they led to, how many of these because a ring
  /// was full, and ranges that the largest released.
  public var queued: UInt64 = 0
  public var flushes: UInt64 = 0
  public var overflows: UInt64 = 0
  public var largestFlush: UInt64 = 0
  /// Most bytes of IOVA at a time that queues held, and the longest that one was, in ms.
  public var heldBytesPeak: UInt64 = 0
  public var heldLongest: UInt64 = 0

  // Instructions.

  /// Of one unmap; 0 where they were not counted.
  public var unmapInstructions: UInt64 = 0

  /// Nothing so far.
  public init() {}

  /// Adds what a run beside it came to: of what is a peak, or the longest, the higher one counts.
  static func += (sum: inout LabCounts, other: LabCounts) {
    sum.operations &+= other.operations
    sum.maps &+= other.maps
    sum.unmaps &+= other.unmaps
    sum.failures &+= other.failures
    sum.time &+= other.time
    sum.hardware += other.hardware
    sum.tablesAllocated &+= other.tablesAllocated
    sum.tablesFreed &+= other.tablesFreed
    sum.tablesWantedAgain &+= other.tablesWantedAgain
    sum.tableBytesPeak = max(sum.tableBytesPeak, other.tableBytesPeak)
    sum.tableBytesQueuedPeak = max(sum.tableBytesQueuedPeak, other.tableBytesQueuedPeak)
    sum.queued &+= other.queued
    sum.flushes &+= other.flushes
    sum.overflows &+= other.overflows
    sum.largestFlush = max(sum.largestFlush, other.largestFlush)
    sum.heldBytesPeak = max(sum.heldBytesPeak, other.heldBytesPeak)
    sum.heldLongest = max(sum.heldLongest, other.heldLongest)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log

/// What two lanes' stores tell, for the hot path: to retain and release the two with every operation
/// took a twentieth of the fuzz loop. Valid as long as whoever made it holds the lanes.
struct ShadowPair {
  private let first: Unmanaged<TableShadow>
  private let last: Unmanaged<TableShadow>

  /// Holds neither of them.
  init(_ first: TableShadow, _ last: TableShadow) {
    self.first = .passUnretained(first)
    self.last = .passUnretained(last)
  }

  /// Takes both logs in, event by event; how they differ, or the memory that they tell.
  @inline(__always)
  func take(
    _ log: UnsafeBufferPointer<UInt64>, _ otherLog: UnsafeBufferPointer<UInt64>
  ) -> LogDifference? {
    first._withUnsafeGuaranteedRef { first in
      last._withUnsafeGuaranteedRef { last in takeTogether(first, log, last, otherLog) }
    }
  }

  /// Ends the operation on both.
  @inline(__always)
  func settle() {
    first._withUnsafeGuaranteedRef { $0.settle() }
    last._withUnsafeGuaranteedRef { $0.settle() }
  }
}

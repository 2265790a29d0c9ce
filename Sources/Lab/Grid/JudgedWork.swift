// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import SubjectABI

/// What judging costs, about in nanoseconds of a core, but worked out and not measured: how much of a run
/// is judged must be the same each time.
struct JudgedWork {
  /// What a cell's judging may cost where nobody says how many operations are judged: all of the usual
  /// runs, but for those where a large queue holds thousands of ranges, each of which may be cached.
  static let limit = 2_000_000_000
  private static let operation = 2500
  private static let piece = 400
  private static let entry = 6

  private let left: Int
  private(set) var done = 0

  /// `limit` .max: any amount.
  init(limit: Int) { left = limit }

  var isUsedUp: Bool { done >= left }

  /// An operation was judged, with so many entries that may be cached.
  mutating func add(_ operation: UnsafePointer<iopt_op>, entries: Int) {
    done += Self.operation + Self.piece * Int(operation.pointee.piece_count) + Self.entry * entries
  }
}

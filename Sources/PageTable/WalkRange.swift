// SPDX-License-Identifier: GPL-2.0-only

/// A range of addresses that is worked on from a top table. ``first`` moves with the work.
struct WalkRange {
  var first: UInt64
  /// Inclusive.
  let last: UInt64
  let table: TableWords?
  var level: Int
  /// Width in bits of the addresses that the top table translates.
  let log2: Int
}

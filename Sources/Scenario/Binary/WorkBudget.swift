// SPDX-License-Identifier: GPL-2.0-only

/// Bounds what one input may ask for, in table entries, so that it runs in a fraction of a
/// millisecond.
struct WorkBudget {
  /// Entries that one operation may touch while the budget lasts, and after.
  private static let perOperation: UInt64 = 640
  private static let whenSpent: UInt64 = 8

  private var left: UInt64 = 2048
  /// Entry sizes, log2 bytes, of the levels above the lowest that the domain may use.
  private let hasLevel21: Bool
  private let hasLevel30: Bool

  init(pageSizes: UInt64?) {
    let sizes = pageSizes ?? .max
    hasLevel30 = sizes.bits(30, 9) != 0
    hasLevel21 = sizes.bits(21, 9) != 0
  }

  /// At most `length` bytes, as much as is left for a mapping of `pa` at `iova`.
  mutating func bound(_ length: UInt64, iova: UInt64, pa: UInt64) -> UInt64 {
    let alignment = (iova | pa).trailingZeroBitCount
    let entry: UInt64
    if hasLevel30, alignment >= 30, length >= 1 << 30 {
      entry = 30
    } else if hasLevel21, alignment >= 21, length >= 1 << 21 {
      entry = 21
    } else {
      entry = 12
    }
    let most = min(max(left, Self.whenSpent), Self.perOperation)
    let bounded = min(length, most << entry)
    left -= min(left, bounded >> entry)
    return bounded
  }
}

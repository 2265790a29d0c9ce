// SPDX-License-Identifier: GPL-2.0-only

/// From the lowest to the highest IOVA of which a translation was changed; empty where none was.
struct ChangedSpan: BitwiseCopyable {
  private var first = UInt64.max
  private var last: UInt64 = 0

  @inline(__always)
  mutating func widen(_ first: UInt64, _ last: UInt64) {
    self.first = min(self.first, first)
    self.last = max(self.last, last)
  }

  /// Whether a range has more than from the first change to the last.
  func isExceeded(by first: UInt64, _ last: UInt64) -> Bool {
    first < self.first || last > self.last
  }

  func touches(_ first: UInt64, _ last: UInt64) -> Bool {
    self.first <= self.last && self.first <= last && self.last >= first
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// The part of the address space in which a case looks at what was recorded dirty, a bit for 4 KiB,
/// and what it finds there.
struct DirtyWindow {
  private(set) var first: UInt64 = 0
  /// Bytes; 0: nothing is looked at.
  private(set) var length: UInt64 = 0
  private var last: UInt64 = 0
  private var ranges: [(first: UInt64, last: UInt64)] = []

  /// More than that, and the bitmap would take more than a test should: 16 GiB.
  private static let limit: UInt64 = 1 << 34

  /// What a reading was asked for; empty for another operation.
  init(_ operation: Operation) {
    guard case .readAndClearDirty(_, let iova, let length, _) = operation else { return }
    first = iova & ~0xfff
    last = length == 0 || iova > UInt64.max - (length - 1) ? iova | 0xfff : iova + (length - 1)
    last |= 0xfff
    measure()
  }

  /// Something was recorded dirty.
  mutating func add(_ record: DirtyRecord) {
    guard record.length > 0, record.iova <= UInt64.max - (record.length - 1) else { return }
    // A bit is a page's, wherever in it a report begins or ends.
    let range = (first: record.iova & ~0xfff, last: (record.iova + (record.length - 1)) | 0xfff)
    ranges.append(range)
    first = min(first, range.first)
    last = max(last, range.last)
    measure()
  }

  private mutating func measure() {
    length = last - first >= Self.limit ? 0 : last - first + 1
  }

  /// The calls that look at it.
  var checks: [KUnitCase.Line] {
    if length == 0 {
      return [.comment("What is recorded dirty in more than 16 GiB is not looked at")]
    }
    var merged: [(first: UInt64, last: UInt64)] = []
    for range in ranges.sorted(by: { $0.first < $1.first }) {
      if let before = merged.last, before.last == .max || range.first <= before.last + 1 {
        merged[merged.count - 1].last = max(before.last, range.last)
      } else {
        merged.append(range)
      }
    }
    return merged.map { .call(CCall("check_dirty", hex($0.first), hex($0.last - $0.first + 1))) }
      + [.call(CCall("check_clean"))]
  }
}

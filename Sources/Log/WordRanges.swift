// SPDX-License-Identifier: GPL-2.0-only

/// A reused list of half-open ranges of table words. Ranges that follow on the one before are
/// joined at once, within limits: most stores do.
struct WordRanges: ~Copyable {
  /// Not private: Swift 6.3.1 crashes on a private type in a generic member of a noncopyable one.
  struct WordRange: BitwiseCopyable {
    var start: Int
    var end: Int
  }

  private let ranges = PlainBuffer<WordRange>(capacity: 64)

  @inline(__always) var count: Int { ranges.count }

  @inline(__always)
  subscript(index: Int) -> Range<Int> {
    let range = ranges.elements[index]
    return range.start..<range.end
  }

  func removeAll() { ranges.cut(to: 0) }

  /// Appends a range; the first `fixed` ones are left as they are.
  @inline(__always)
  func append(_ range: Range<Int>, after fixed: Int) {
    let known = ranges.elements
    if known.count > fixed, known[known.count - 1].end == range.lowerBound {
      known[known.count - 1].end = range.upperBound
    } else {
      ranges.extend(by: 1).pointee = WordRange(start: range.lowerBound, end: range.upperBound)
    }
  }

  /// Sorts the ranges and joins those that overlap or touch, so that no run is cut where two
  /// stores meet.
  func normalize() {
    var known = ranges.elements
    let isSorted =
      known.count < 2
      || (1..<known.count).allSatisfy {
        known[$0 - 1].end < known[$0].start
      }
    if isSorted { return }
    known.sort { $0.start < $1.start }
    var last = 0
    for index in 1..<known.count {
      if known[index].start <= known[last].end {
        known[last].end = max(known[last].end, known[index].end)
      } else {
        last += 1
        known[last] = known[index]
      }
    }
    ranges.cut(to: last + 1)
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// A reused list of half-open ranges of table words. Ranges that follow on the one before are
/// joined at once: most stores do.
struct WordRanges: ~Copyable {
  private struct Storage {
    var ranges: UnsafeMutablePointer<Range<Int>>
    var count = 0
    var capacity: Int
    /// Whether ranges rise without touching so far.
    var isNormal = true
  }

  private let storage: UnsafeMutablePointer<Storage>

  init() {
    let capacity = 64
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage(ranges: .allocate(capacity: capacity), capacity: capacity))
  }

  deinit {
    storage.pointee.ranges.deallocate()
    storage.deallocate()
  }

  @inline(__always) var count: Int { storage.pointee.count }

  @inline(__always)
  subscript(index: Int) -> Range<Int> { storage.pointee.ranges[index] }

  func removeAll() {
    storage.pointee.count = 0
    storage.pointee.isNormal = true
  }

  @inline(__always)
  func append(_ range: Range<Int>) {
    let count = storage.pointee.count
    if count > 0 {
      let last = storage.pointee.ranges[count - 1]
      if range.lowerBound == last.upperBound {
        storage.pointee.ranges[count - 1] = last.lowerBound..<range.upperBound
        return
      }
      if range.lowerBound < last.upperBound { storage.pointee.isNormal = false }
    }
    if count == storage.pointee.capacity { grow() }
    storage.pointee.ranges[count] = range
    storage.pointee.count = count + 1
  }

  @inline(never)
  private func grow() {
    let capacity = storage.pointee.capacity * 2
    let ranges = UnsafeMutablePointer<Range<Int>>.allocate(capacity: capacity)
    ranges.update(from: storage.pointee.ranges, count: storage.pointee.count)
    storage.pointee.ranges.deallocate()
    storage.pointee.ranges = ranges
    storage.pointee.capacity = capacity
  }

  /// Sorts the ranges and joins those that overlap or touch, so that no run is cut where two
  /// stores meet.
  func normalize() {
    guard !storage.pointee.isNormal else { return }
    let ranges = storage.pointee.ranges
    var sorted = UnsafeMutableBufferPointer(start: ranges, count: count)
    sorted.sort { $0.lowerBound < $1.lowerBound }
    var last = 0
    for index in 1..<count {
      if ranges[index].lowerBound <= ranges[last].upperBound {
        let end = max(ranges[last].upperBound, ranges[index].upperBound)
        ranges[last] = ranges[last].lowerBound..<end
      } else {
        last += 1
        ranges[last] = ranges[index]
      }
    }
    storage.pointee.count = last + 1
    storage.pointee.isNormal = true
  }
}

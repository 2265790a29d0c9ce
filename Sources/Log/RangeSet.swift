// SPDX-License-Identifier: GPL-2.0-only

/// A set of addresses as sorted ranges that neither overlap nor touch. Both bounds are inclusive.
public struct RangeSet {
  /// In order.
  public private(set) var ranges: [(first: UInt64, last: UInt64)] = []

  /// An empty set.
  public init() {}

  /// Empties it, keeping its memory.
  @inline(__always)
  public mutating func removeAll() {
    if !ranges.isEmpty { ranges.removeAll(keepingCapacity: true) }
  }

  /// The index of the first range that ends at or after `address`.
  private func index(endingFrom address: UInt64) -> Int {
    firstIndex(endingFrom: address, count: ranges.count) { ranges[$0].last }
  }

  /// Whether any address from `first` to `last` is in the set.
  public func overlaps(_ first: UInt64, _ last: UInt64) -> Bool {
    let index = index(endingFrom: first)
    return index < ranges.count && ranges[index].first <= last
  }

  /// Whether all of them are.
  public func contains(_ first: UInt64, _ last: UInt64) -> Bool {
    let index = index(endingFrom: first)
    return index < ranges.count && ranges[index].first <= first && ranges[index].last >= last
  }

  /// Adds a range. One that is empty (`first > last`) adds nothing.
  public mutating func insert(_ first: UInt64, _ last: UInt64) {
    if first > last { return }
    let start = index(endingFrom: first == 0 ? 0 : first - 1)
    var joined = (first: first, last: last)
    var end = start
    while end < ranges.count, last == .max || ranges[end].first <= last + 1 {
      joined.first = min(joined.first, ranges[end].first)
      joined.last = max(joined.last, ranges[end].last)
      end += 1
    }
    if end == start {
      ranges.insert(joined, at: start)
    } else {
      ranges[start] = joined
      ranges.removeSubrange(start + 1..<end)
    }
  }

  /// Takes a range out; what reaches beyond it is cut.
  public mutating func remove(_ first: UInt64, _ last: UInt64) {
    var index = self.index(endingFrom: first)
    while index < ranges.count, ranges[index].first <= last {
      let old = ranges[index]
      ranges.remove(at: index)
      if old.first < first {
        ranges.insert((first: old.first, last: first - 1), at: index)
        index += 1
      }
      if old.last > last {
        ranges.insert((first: last + 1, last: old.last), at: index)
        return
      }
    }
  }
}

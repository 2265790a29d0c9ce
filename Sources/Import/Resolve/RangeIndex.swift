// SPDX-License-Identifier: GPL-2.0-only

/// Ranges of addresses that do not overlap, each with a value, in order. Kept in short chunks, so
/// that a change costs little however many there are.
struct RangeIndex<Value> {
  struct Entry {
    var first: UInt64
    /// Inclusive.
    var last: UInt64
    var value: Value
  }

  private var chunks: [[Entry]] = []
  private(set) var count = 0
  private static var longest: Int { 256 }

  /// Where an entry stands.
  private struct Place { var chunk: Int, index: Int }

  /// The first entry that ends at or after the address.
  @inline(__always)
  private func place(endingFrom address: UInt64) -> Place? {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      let chunk = chunks[middle]
      if chunk[chunk.count - 1].last < address { low = middle + 1 } else { high = middle }
    }
    guard low < chunks.count else { return nil }
    let index = chunks[low].withUnsafeBufferPointer { entries in
      var from = 0
      var to = entries.count
      while from < to {
        let middle = (from + to) / 2
        if entries[middle].last < address { from = middle + 1 } else { to = middle }
      }
      return from
    }
    return Place(chunk: low, index: index)
  }

  /// The first entry that touches the range.
  func firstOverlap(_ first: UInt64, _ last: UInt64) -> Entry? {
    guard let place = place(endingFrom: first) else { return nil }
    let entry = chunks[place.chunk][place.index]
    return entry.first <= last ? entry : nil
  }

  /// The nearest entries that lie wholly below and above an address.
  func neighbours(of address: UInt64) -> (below: Entry?, above: Entry?) {
    guard var place = place(endingFrom: address) else { return (chunks.last?.last, nil) }
    let below: Entry? =
      place.index > 0
      ? chunks[place.chunk][place.index - 1]
      : place.chunk > 0 ? chunks[place.chunk - 1].last : nil
    if chunks[place.chunk][place.index].first <= address {
      place.index += 1
      if place.index == chunks[place.chunk].count {
        place = Place(chunk: place.chunk + 1, index: 0)
      }
    }
    let above = place.chunk < chunks.count ? chunks[place.chunk][place.index] : nil
    return (below, above)
  }

  /// Adds a range that touches no other.
  mutating func insert(_ entry: Entry) {
    count += 1
    guard let place = place(endingFrom: entry.first) else {
      if chunks.isEmpty || chunks[chunks.count - 1].count >= Self.longest { chunks.append([]) }
      chunks[chunks.count - 1].append(entry)
      return
    }
    chunks[place.chunk].insert(entry, at: place.index)
    if chunks[place.chunk].count > Self.longest { split(place.chunk) }
  }

  private mutating func split(_ chunk: Int) {
    let half = chunks[chunk].count / 2
    let upper = Array(chunks[chunk][half...])
    chunks[chunk].removeSubrange(half...)
    chunks.insert(upper, at: chunk + 1)
  }

  /// Removes what lies in the range; of an entry that reaches out of it the rest stays, which `cut`
  /// is told so that it can move the value to another first address. Returns what was removed.
  @discardableResult
  mutating func remove(
    _ first: UInt64, _ last: UInt64, cut: (Value, UInt64) -> Value = { value, _ in value }
  ) -> [Entry] {
    var removed: [Entry] = []
    while let place = place(endingFrom: first) {
      let entry = chunks[place.chunk][place.index]
      if entry.first > last { break }
      chunks[place.chunk].remove(at: place.index)
      if chunks[place.chunk].isEmpty { chunks.remove(at: place.chunk) }
      count -= 1
      removed.append(entry)
      if entry.first < first {
        insert(Entry(first: entry.first, last: first - 1, value: entry.value))
      }
      if entry.last > last {
        let from = last + 1
        insert(Entry(first: from, last: entry.last, value: cut(entry.value, from - entry.first)))
        break
      }
    }
    return removed
  }

  func forEach(_ body: (Entry) -> Void) {
    for chunk in chunks { chunk.forEach(body) }
  }

  /// Whether any range touches one of the other's.
  func overlaps(_ other: RangeIndex) -> Bool {
    let (small, large) = count < other.count ? (self, other) : (other, self)
    for chunk in small.chunks {
      for entry in chunk where large.firstOverlap(entry.first, entry.last) != nil { return true }
    }
    return false
  }
}

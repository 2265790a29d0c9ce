// SPDX-License-Identifier: GPL-2.0-only

/// The ranges of an address space that are taken, in page frames, and the search for a free one from
/// the top down (`alloc_iova()`, `free_iova()`, `reserve_iova()` of drivers/iommu/iova.c).
struct IOVASpace: ~Copyable {
  private var tree = IOVATree()
  /// The lowest frame that is handed out.
  private let start: UInt64
  /// The frame at 4 GiB.
  private let boundary32: UInt64
  /// Where a search begins whose limit lies above 4 GiB.
  private var hint = IOVAPlace.anchor
  /// Where a search begins that stays below 4 GiB.
  private var hint32 = IOVAPlace.anchor
  /// A request of at least so many frames below 4 GiB is known to fail.
  private var hopeless32: UInt64

  /// `granuleLog2` is the base-2 logarithm of a frame's size, at most 32.
  init(start: UInt64, granuleLog2: UInt64) {
    self.start = start
    boundary32 = 1 << (32 - granuleLog2)
    hopeless32 = boundary32
  }

  /// Takes `count` frames, aligned to the next power of two, all below `limit`. Returns the first
  /// frame, 0 when there is no room.
  mutating func allocate(_ count: UInt64, below limit: UInt64) -> UInt64 {
    let stays32 = limit <= boundary32
    if stays32 && count >= hopeless32 { return 0 }
    let from = stays32 ? hint32 : hint
    var gap = findGap(count, under: from, floor: start, limit: limit)
    if gap == nil {
      // Above the hint there may be holes that later frees have left.
      let retryFloor = tree[from].last
      if retryFloor < limit {
        let top = stays32 ? tree.firstPlace(endingAtOrAbove: limit) : .anchor
        gap = findGap(count, under: top, floor: retryFloor + 1, limit: limit)
      }
    }
    guard let gap else {
      // Also after a request that could have gone above 4 GiB.
      hopeless32 = count
      return 0
    }
    let range = IOVARange(first: gap.first, last: gap.first + count - 1)
    let place = tree.insert(range, before: gap.next)
    if range.last < boundary32 { hint32 = place } else { hint = place }
    return range.first
  }

  /// Gives back the range that holds `frame`, whole. False when nothing holds it.
  mutating func release(_ frame: UInt64) -> Bool {
    let place = tree.place(holding: frame)
    if place == .none { return false }
    let range = tree[place]
    let next = tree.place(after: place)
    if place == hint32 || (range.last < boundary32 && range.first >= tree[hint32].first) {
      hint32 = next
    }
    if range.first < boundary32 { hopeless32 = boundary32 }
    if range.first >= tree[hint].first { hint = next }
    tree.remove(place)
    return true
  }

  /// Takes `range` out of what may be allocated. A range that overlaps it from above is stretched
  /// down, and only what lies beyond the last one overlapped becomes a range of its own.
  mutating func reserve(_ range: IOVARange) {
    var rest = range
    var place = tree.firstPlace(endingAtOrAbove: rest.first)
    while tree[place].first <= rest.last {
      if rest.first < tree[place].first { tree[place].first = rest.first }
      if rest.last <= tree[place].last { return }
      rest.first = tree[place].last + 1
      place = tree.place(after: place)
    }
    _ = tree.insert(rest, before: place)
  }

  private func findGap(
    _ count: UInt64, under top: IOVAPlace, floor: UInt64, limit: UInt64
  ) -> (first: UInt64, next: IOVAPlace)? {
    let alignment = ~UInt64(0) << UInt64(64 - (count - 1).leadingZeroBitCount)
    var next = top
    var end = limit
    while true {
      end = min(end, tree[next].first)
      guard end >= count else { return nil }
      let first = (end - count) & alignment
      guard first >= floor else { return nil }
      let below = tree.place(before: next)
      if below == .none || first > tree[below].last { return (first, next) }
      next = below
    }
  }
}

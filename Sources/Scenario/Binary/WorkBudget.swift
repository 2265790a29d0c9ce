// SPDX-License-Identifier: GPL-2.0-only

/// Bounds what one input may ask for, in table entries, so that it runs in a fraction of a
/// millisecond.
struct WorkBudget {
  /// Entries that one operation may touch while the budget lasts, and after.
  private static let perOperation: UInt64 = 640
  private static let whenSpent: UInt64 = 8

  private var left: UInt64 = 2048
  /// The page sizes that the domain may use, one bit each.
  private let sizes: UInt64

  init(_ domain: DomainConfiguration) {
    // No page is as large as the space of output addresses.
    let outputSizes: UInt64 = domain.oa < 64 ? (1 << UInt64(domain.oa)) - 1 : .max
    sizes = domain.format.facts.entrySizes & outputSizes & (domain.pageSizes ?? .max)
  }

  /// At most `length` bytes, as much as is left for a mapping of `pa` at `iova`.
  mutating func bound(_ length: UInt64, iova: UInt64, pa: UInt64) -> UInt64 {
    let alignment = (iova | pa).trailingZeroBitCount
    let most = min(max(left, Self.whenSpent), Self.perOperation)
    var bounded = min(length, most << entryLog2(length, alignment: alignment))
    // What was cut may be too short for the page that it was cut by.
    let entry = entryLog2(bounded, alignment: alignment)
    bounded = min(bounded, most << entry)
    left -= min(left, bounded >> entry)
    return boundTail(of: bounded, entry)
  }

  /// At most `count` buffers of so many pages, as many as the work of mapping each in the smallest
  /// entries is left for, perhaps none.
  mutating func boundCount(_ count: UInt64, pages: UInt64) -> UInt64 {
    let bounded = min(count, left / pages)
    left -= bounded * pages
    return bounded
  }

  /// Entries that a mapping fills at most, whose addresses are alike in so many of the lowest bits: up
  /// to the first page of the largest size that fits, in these, and behind the last.
  func entries(_ length: UInt64, alike: Int) -> UInt64 {
    let longest = 63 - max(length, 1).leadingZeroBitCount
    var usable = sizes & ~0xfff & (UInt64.max >> UInt64(63 - min(alike, longest, 63)))
    guard usable != 0 else { return length >> 12 + 1 }
    var size = usable.trailingZeroBitCount
    var ends: UInt64 = 1
    usable &= usable - 1
    while usable != 0 {
      let larger = usable.trailingZeroBitCount
      ends += 2 * ((1 << (larger - size)) - 1) << Self.contiguous(size)
      size = larger
      usable &= usable - 1
    }
    return length >> (size - Self.contiguous(size)) + ends
  }

  /// Entries, log2, that a page of such a size takes, of those of its level.
  private static func contiguous(_ size: Int) -> Int { (size - 12) % 9 }

  /// What fills no entry of that size is mapped in smaller ones, of which there may be very many.
  private mutating func boundTail(of length: UInt64, _ entry: UInt64) -> UInt64 {
    let tail = length & ((1 << entry) - 1)
    guard entry > 12, tail > 0 else { return length }
    let smaller = entryLog2(tail, alignment: Int(entry))
    let kept = min(tail, max(left, Self.whenSpent) << smaller)
    left -= min(left, kept >> smaller)
    return length - tail + (smaller < entry ? boundTail(of: kept, smaller) : kept)
  }

  /// Bytes, log2, of the table entries that a mapping of this alignment begins with.
  private func entryLog2(_ length: UInt64, alignment: Int) -> UInt64 {
    let longest = 63 - max(length, 1).leadingZeroBitCount
    let usable = sizes & (UInt64.max >> UInt64(63 - min(alignment, longest, 63)))
    let largest = 63 - max(usable, 1).leadingZeroBitCount
    return largest >= 30 ? 30 : largest >= 21 ? 21 : 12
  }
}

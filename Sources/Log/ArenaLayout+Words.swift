// SPDX-License-Identifier: GPL-2.0-only
import Glibc

extension ArenaLayout {
  private static let bytes = slotCount * slotSize

  /// Room for a word of each word of an arena, all zero; only what is touched takes memory. Ends the
  /// process when there is no room for it.
  public static func reserveWords() -> UnsafeMutablePointer<UInt64> {
    let mapped = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      endForWant(of: bytes, for: "what is known of table memory")
    }
    return mapped.assumingMemoryBound(to: UInt64.self)
  }

  /// Gives back what ``reserveWords()`` gave.
  public static func releaseWords(_ words: UnsafeMutablePointer<UInt64>) { munmap(words, bytes) }
}

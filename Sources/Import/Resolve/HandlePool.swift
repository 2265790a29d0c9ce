// SPDX-License-Identifier: GPL-2.0-only

/// Handles of one scenario: the lowest that is free is the next.
struct HandlePool {
  private var words = [UInt64](repeating: .max, count: 1024)
  /// A bit for each word that has a free handle.
  private var summary = [UInt64](repeating: .max, count: 16)

  /// The lowest free handle, now taken; nil when all 65536 are.
  mutating func take() -> UInt16? {
    for block in 0..<16 where summary[block] != 0 {
      let word = block * 64 + summary[block].trailingZeroBitCount
      let bit = words[word].trailingZeroBitCount
      words[word] &= words[word] - 1
      if words[word] == 0 { summary[block] &= summary[block] - 1 }
      return UInt16(word * 64 + bit)
    }
    return nil
  }

  mutating func giveBack(_ handle: UInt16) {
    let word = Int(handle) / 64
    words[word] |= 1 << UInt64(handle % 64)
    summary[word / 64] |= 1 << UInt64(word % 64)
  }
}

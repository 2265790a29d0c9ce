// SPDX-License-Identifier: GPL-2.0-only

/// Words of the last level that were read as a leaf of the smallest page, by what is no address in them:
/// a word that is one of these but for its address is such a leaf too, and need not be read.
struct SmallLeaves: ~Copyable {
  /// The smallest page.
  static let sizeLog2 = 12
  static let size: UInt64 = 1 << 12

  /// In every format bits of the address of such a leaf, and of nothing else. Where an address begins
  /// lower, as RISC-V's at bit 10, leaves are known in sixteen kinds.
  private static let address: UInt64 = (1 << 52 - 1) & ~(1 << 14 - 1)
  private let known: UnsafeMutablePointer<UInt64>

  init() {
    known = .allocate(capacity: 16)
    // No word without its address is all ones.
    known.initialize(repeating: .max, count: 16)
  }

  deinit { known.deallocate() }

  @inline(__always)
  private func place(_ word: UInt64) -> Int { Int(word >> 10 & 15) }

  /// Whether a word is such a leaf; false for some that are, too.
  @inline(__always)
  func contains(_ word: UInt64) -> Bool { known[place(word)] == word & ~Self.address }

  /// The word was read, and is one.
  func note(_ word: UInt64) { known[place(word)] = word & ~Self.address }
}

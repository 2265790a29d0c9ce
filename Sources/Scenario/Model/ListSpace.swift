// SPDX-License-Identifier: GPL-2.0-only

/// The IOVA space that a list of pieces asks for, as far as work hangs on it: with an empty piece
/// behind two that are not, the piece before it is mapped with nearly 4 GiB, in 4 KiB entries at worst
/// (`iommu_dma_map_sg` of Linux 7.1).
struct ListSpace {
  /// Bytes that a wrapped piece is mapped with, at most.
  static let wrapped: UInt64 = 1 << 32

  /// Bytes in front of the last piece, and with it.
  private var before: UInt64 = 0
  private var whole: UInt64 = 0

  /// Whether a next piece of this length makes the last one wrap.
  func isWrapped(by length: UInt64) -> Bool { length == 0 && before != 0 }

  mutating func append(_ length: UInt64) {
    before = length == 0 ? 0 : whole
    whole = length == 0 ? 0 : whole &+ length
  }
}

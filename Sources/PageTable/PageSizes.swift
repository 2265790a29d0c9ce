// SPDX-License-Identifier: GPL-2.0-only

/// The choice of leaf sizes for a mapping.
enum PageSizes {
  /// Base-2 logarithm of the largest size in `sizes` that both addresses are aligned to and that
  /// fits into the range; 0 when none does.
  @inline(__always)
  static func best(_ sizes: UInt64, _ first: UInt64, _ last: UInt64, output: UInt64) -> Int {
    // A length of 0 is all 2^64 bytes.
    let longest = (last &- first &+ 1).bitWidthInUse - 1
    let limit = (first | output | 1 &<< UInt64(truncatingIfNeeded: longest)).trailingZeroBitCount
    return max(0, (sizes & ones(below: limit + 1)).bitWidthInUse - 1)
  }

  /// How many leaves of one size come before a larger size can be used, or the range ends.
  @inline(__always)
  static func count(
    _ sizes: UInt64, _ first: UInt64, _ last: UInt64, output: UInt64, sizeLog2: Int
  ) -> UInt64 {
    var length = last &- first &+ 1
    let larger = sizes & ~ones(below: sizeLog2 + 1)
    if larger != 0 {
      let next = larger.trailingZeroBitCount
      if (first ^ output).isAligned(to: next) {
        length = min(length, (first | ones(below: next)) &- first &+ 1)
      }
    }
    return length.divided(by: sizeLog2)
  }
}

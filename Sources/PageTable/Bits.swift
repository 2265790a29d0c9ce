// SPDX-License-Identifier: GPL-2.0-only

/// All bits below `log2`; 64 gives all ones.
@inline(__always)
func ones(below log2: Int) -> UInt64 {
  log2 >= 64 ? .max : (1 &<< UInt64(truncatingIfNeeded: log2)) &- 1
}

/// All bits below `log2`, for 1 to 64.
@inline(__always)
func mask(_ log2: Int) -> UInt64 { .max &>> UInt64(truncatingIfNeeded: 64 &- log2) }

/// 2^log2, for 0 to 63.
@inline(__always)
func power(of log2: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: log2) }

extension UInt64 {
  /// Whether the value is a multiple of 2^log2.
  @inline(__always)
  func isAligned(to log2: Int) -> Bool { self & ones(below: log2) == 0 }

  /// The value with its bits below `log2` replaced by `low`, which is not cut.
  @inline(__always)
  func replacingLow(_ log2: Int, with low: UInt64) -> UInt64 { self & ~ones(below: log2) | low }

  /// The value shifted right by 0 to 63.
  @inline(__always)
  func shifted(by log2: Int) -> UInt64 { self &>> UInt64(truncatingIfNeeded: log2) }

  /// The value shifted right; 64 gives 0.
  @inline(__always)
  func divided(by log2: Int) -> UInt64 { self >> UInt64(truncatingIfNeeded: log2) }

  /// The number of the highest bit set, from 1; 0 for 0.
  @inline(__always)
  var bitWidthInUse: Int { 64 - leadingZeroBitCount }
}

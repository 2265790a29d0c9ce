// SPDX-License-Identifier: GPL-2.0-only

/// Which IOVAs are canonical: where an address is sign-extended, those whose bits from the width's last
/// one on are all alike. The one answer for all who judge. (The kernel's own check is one bit short.)
public struct CanonicalAddresses: BitwiseCopyable, Equatable, Sendable {
  /// The width's last bit and all above it; 0 where nothing is extended.
  private let alike: UInt64

  /// Of an input width in bits; any address will do where nothing is extended.
  public init(width: Int, signExtends: Bool) {
    alike = signExtends && width < 64 ? ~0 << UInt64(max(width, 1) - 1) : 0
  }

  /// Whether the address is.
  @inline(__always)
  public func contains(_ iova: UInt64) -> Bool {
    let upper = iova & alike
    return upper == 0 || upper == alike
  }

  /// The canonical address of the width's bits.
  @inline(__always)
  public func extended(_ iova: UInt64) -> UInt64 {
    iova & alike & (0 &- alike) == 0 ? iova : iova | alike
  }

  /// The width's bits of an address, which are what a walk sees; all of it where nothing is extended.
  @inline(__always)
  public func truncated(_ iova: UInt64) -> UInt64 { iova & ~(alike << 1) }

  /// Whether all addresses of a range, both ends inclusive, are, in one half.
  public func contains(_ first: UInt64, through last: UInt64) -> Bool {
    contains(first) && contains(last) && first & alike == last & alike
  }
}

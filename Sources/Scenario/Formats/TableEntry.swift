// SPDX-License-Identifier: GPL-2.0-only

/// A table word as the hardware's specification reads it.
public enum TableEntry: Equatable, Sendable {
  case empty
  /// The walk goes on in the table at this physical address.
  case table(pa: UInt64)
  /// The word translates, alone or as an item of an entry of `sizeLog2` bytes at `pa`.
  case leaf(pa: UInt64, sizeLog2: Int)

  /// Bytes, as a power of two, that one word of a table at `level` covers. All formats have words
  /// of 64 bits and tables of 4 KiB.
  public static func itemLog2(_ level: Int) -> Int { 12 + 9 * level }
}

// SPDX-License-Identifier: GPL-2.0-only

// How inputs say which format. Numbers that no format has yet read as one of the first four, so
// what an input means changes only when a format gets the number that stood there.

extension Format {
  /// The formats that two bits tell apart.
  private static let first: UInt64 = 4

  private init(_ number: UInt64, else low: UInt64) {
    self = Format(rawValue: UInt32(number)) ?? Format(rawValue: UInt32(low % Self.first))!
  }

  /// In the header word of a compact configuration: bits 0-1 of byte 1, and bits 0-3 of byte 7,
  /// where n from 1 on is the nth format after the first four.
  init(compact header: UInt64) {
    let (low, further) = (header.bits(8, 2), header.bits(56, 4))
    self.init(further == 0 ? low : Self.first - 1 + further, else: low)
  }

  /// The header with this format in it.
  func marked(in header: UInt64) -> UInt64 {
    let number = UInt64(rawValue)
    let plain = header & ~(0b11 << 8 | 0xf << 56)
    return number < Self.first ? plain | number << 8 : plain | (number - Self.first + 1) << 56
  }

  /// In an exact configuration, a byte of its own.
  init(exact byte: UInt64) { self.init(byte, else: byte) }
}

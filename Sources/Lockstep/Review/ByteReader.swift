// SPDX-License-Identifier: GPL-2.0-only

/// Reads numbers, the lowest byte first, and texts out of bytes, one after the other. Behind the end
/// there are zeros.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  /// Of the next byte.
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position >= bytes.endIndex }

  /// Goes on from here; never back.
  mutating func move(to position: Int) {
    self.position = min(max(position, self.position), bytes.endIndex)
  }

  mutating func skip(_ count: Int) { move(to: position + count) }
  mutating func skipAll() { position = bytes.endIndex }

  /// A number of so many bytes.
  mutating func number(_ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for shift in 0..<count { value |= UInt64(byte()) << UInt64(8 * shift) }
    return value
  }

  private mutating func byte() -> UInt8 {
    guard position < bytes.endIndex else { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number in groups of seven bits, the lowest first (LEB128).
  mutating func unsigned() -> UInt64 { groups().value }

  /// The same with a sign.
  mutating func signed() -> Int {
    let (value, bits, last) = groups()
    let isNegative = last & 0x40 != 0 && bits < 64
    return Int(bitPattern: UInt(isNegative ? value | ~0 << UInt64(bits) : value))
  }

  private mutating func groups() -> (value: UInt64, bits: Int, last: UInt8) {
    var value: UInt64 = 0
    var bits = 0
    while true {
      let next = byte()
      if bits < 64 { value |= UInt64(next & 0x7f) << UInt64(bits) }
      bits += 7
      if next & 0x80 == 0 { return (value, bits, next) }
    }
  }

  /// A text up to a zero.
  mutating func text() -> String {
    let start = position
    while !isAtEnd, bytes[position] != 0 { position += 1 }
    defer { skip(1) }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Where a section of a 64-bit ELF object is in it; nil when there is none or the bytes are none.
  static func section(_ name: String, of object: [UInt8]) -> Range<Int>? {
    guard object.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int {
      guard offset >= 0, offset < object.count else { return 0 }
      var reader = ByteReader(object[offset...])
      return Int(truncatingIfNeeded: reader.number(count) & UInt64(Int32.max))
    }
    let table = number(0x28, 8)
    let size = number(0x3a, 2)
    let names = number(table + number(0x3e, 2) * size + 0x18, 8)
    for index in 0..<number(0x3c, 2) {
      let header = table + index * size
      let start = number(header + 0x18, 8)
      let end = start + number(header + 0x20, 8)
      let text = names + number(header, 4)
      guard start <= end, end <= object.count, text < object.count else { continue }
      var reader = ByteReader(object[text...])
      if reader.text() == name { return start..<end }
    }
    return nil
  }
}

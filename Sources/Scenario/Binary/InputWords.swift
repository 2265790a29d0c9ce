// SPDX-License-Identifier: GPL-2.0-only

/// Reads the words of an input; past its end there are zeros.
struct InputWords {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// Bytes read so far; may be past the end.
  private(set) var offset = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var isAtEnd: Bool { offset >= bytes.count }

  /// Whole or partial words that are left.
  var remaining: Int { isAtEnd ? 0 : (bytes.count - offset + 7) / 8 }

  /// The next word, without moving on.
  var peek: UInt64 {
    let rest = bytes.count - offset
    guard let base = bytes.baseAddress, rest > 0 else { return 0 }
    let start = UnsafeRawPointer(base + offset)
    if rest >= 8 { return UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)) }
    var word: UInt64 = 0
    for index in 0..<rest { word |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return word
  }

  /// The word that comes `count` words after the next, without moving on.
  func peek(_ count: Int) -> UInt64 { InputWords(bytes, offset: offset + 8 * count).peek }

  mutating func next() -> UInt64 {
    let word = peek
    offset += 8
    return word
  }
}

extension UInt64 {
  /// Byte `index` of a little-endian word.
  @inline(__always)
  func byte(_ index: UInt64) -> UInt64 { (self >> (8 * index)) & 0xff }

  /// The bits `range` of the word, shifted down.
  @inline(__always)
  func bits(_ first: UInt64, _ count: UInt64) -> UInt64 { (self >> first) & ((1 << count) - 1) }
}

/// Collects the words of an input.
struct InputWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ word: UInt64) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Takes one line of a trace apart, byte by byte. The line's bytes must outlive it.
struct Scan {
  let start: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  var at: UnsafePointer<UInt8>

  init(_ line: UnsafeBufferPointer<UInt8>) {
    // An empty buffer may have no address; any will do, since it is not read.
    start = line.baseAddress ?? UnsafePointer(bitPattern: 1)!
    end = start + line.count
    at = start
  }

  var isAtEnd: Bool { at == end }

  /// The whole line.
  var line: Slice { Slice(start: start, count: end - start) }

  /// Counted from 1.
  var column: Int { at - start + 1 }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  @inline(__always)
  mutating func skipSpaces() {
    while at < end, Self.isSpace(at.pointee) { at += 1 }
  }

  /// Reads one byte if it is the one given.
  @inline(__always)
  mutating func skip(_ byte: UInt8) -> Bool {
    guard at < end, at.pointee == byte else { return false }
    at += 1
    return true
  }

  /// Whether the text stands here; it is not read.
  @inline(__always)
  func sees(_ text: StaticString) -> Bool {
    end - at >= text.utf8CodeUnitCount && memcmp(at, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// Reads the text if it stands here.
  @inline(__always)
  mutating func skip(_ text: StaticString) -> Bool {
    guard sees(text) else { return false }
    at += text.utf8CodeUnitCount
    return true
  }

  /// The rest of the word at hand; it ends at a space.
  @inline(__always)
  mutating func word() -> Slice {
    let first = at
    while at < end, !Self.isSpace(at.pointee) { at += 1 }
    return Slice(start: first, count: at - first)
  }

  /// The word up to `separator`, a space or the line's end; the separator stays unread.
  @inline(__always)
  mutating func word(until separator: UInt8) -> Slice {
    let first = at
    while at < end, !Self.isSpace(at.pointee), at.pointee != separator { at += 1 }
    return Slice(start: first, count: at - first)
  }

  /// Decimal digits; nil when there are none or they do not fit.
  @inline(__always)
  mutating func decimal() -> UInt64? {
    let first = at
    var value: UInt64 = 0
    while at < end, Self.isDigit(at.pointee) {
      let (shifted, lost) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(UInt64(at.pointee &- UInt8(ascii: "0")))
      if lost || carry { return nil }
      value = sum
      at += 1
    }
    return at > first ? value : nil
  }

  /// Hexadecimal digits of either case, after `0x` or not; nil as above.
  @inline(__always)
  mutating func hexadecimal() -> UInt64? {
    if sees("0x") { at += 2 }
    let first = at
    var value: UInt64 = 0
    while at < end, let digit = Self.hexDigit(at.pointee) {
      if value >> 60 != 0 { return nil }
      value = value << 4 | digit
      at += 1
    }
    return at > first ? value : nil
  }

  /// `0x` and hexadecimal digits, or decimal ones.
  @inline(__always)
  mutating func number() -> UInt64? { sees("0x") ? hexadecimal() : decimal() }

  @inline(__always)
  private static func hexDigit(_ byte: UInt8) -> UInt64? {
    let decimal = byte &- UInt8(ascii: "0")
    if decimal < 10 { return UInt64(decimal) }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? UInt64(letter) + 10 : nil
  }
}

/// Some bytes of the line at hand. It does not outlive the line.
struct Slice {
  let start: UnsafePointer<UInt8>
  let count: Int

  @inline(__always)
  static func == (slice: Slice, text: StaticString) -> Bool {
    slice.count == text.utf8CodeUnitCount
      && memcmp(slice.start, text.utf8Start, slice.count) == 0
  }

  @inline(__always)
  static func ~= (text: StaticString, slice: Slice) -> Bool { slice == text }

  func hasPrefix(_ text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount && memcmp(start, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// Whether the text stands anywhere in it.
  func contains(_ text: StaticString) -> Bool { find(text) != nil }

  /// Where the text stands first.
  func find(_ text: StaticString) -> UnsafePointer<UInt8>? {
    let length = text.utf8CodeUnitCount
    var place = start
    while start + count - place >= length {
      let left = start + count - place - length + 1
      guard let found = memchr(place, Int32(text.utf8Start.pointee), left) else { return nil }
      place = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
      if memcmp(place, text.utf8Start, length) == 0 { return place }
      place += 1
    }
    return nil
  }

  var string: String {
    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// As an error quotes it: cut when it is long.
  var quoted: String {
    let limit = 40
    let text = String(
      decoding: UnsafeBufferPointer(start: start, count: min(count, limit)), as: UTF8.self)
    return "`\(text)\(count > limit ? "…" : "")`"
  }
}

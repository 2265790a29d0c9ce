// SPDX-License-Identifier: GPL-2.0-only

/// Takes a line apart, word by word. The line's bytes must outlive it.
struct LineCursor {
  private let start: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>
  var position: UnsafePointer<UInt8>

  init(_ line: UnsafeBufferPointer<UInt8>) {
    // An empty buffer may have no address; any will do, since it is not read.
    start = line.baseAddress ?? UnsafePointer(bitPattern: 1)!
    end = start + line.count
    position = start
  }

  /// Moves to the next word; false when a comment or the line's end comes first.
  @inline(__always)
  mutating func findWord() -> Bool {
    while position < end, position.pointee == UInt8(ascii: " ") { position += 1 }
    return position < end && position.pointee != UInt8(ascii: "#")
  }

  /// The next word, or nil when there is none.
  @inline(__always)
  mutating func word() -> ByteWord? {
    findWord() ? rest(endingAt: UInt8(ascii: " ")) : nil
  }

  /// The next word up to its `=`, which stays unread, or nil when there is none.
  mutating func key() -> ByteWord? {
    findWord() ? rest(endingAt: UInt8(ascii: "=")) : nil
  }

  /// The rest of the word at hand, up to `separator` if it has one; it may be empty.
  @inline(__always)
  mutating func rest(endingAt separator: UInt8) -> ByteWord {
    let first = position
    while !isWordEnd(position), position.pointee != separator { position += 1 }
    return ByteWord(start: first, count: position - first)
  }

  /// Reads one byte of the word at hand if it is the one given.
  @inline(__always)
  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < end, position.pointee == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private func isWordEnd(_ place: UnsafePointer<UInt8>) -> Bool {
    place == end || place.pointee == UInt8(ascii: " ") || place.pointee == UInt8(ascii: "#")
  }

  /// Checks that nothing but a comment follows.
  @inline(__always)
  mutating func finish() throws(LineFault) {
    if findWord() { throw fault(expected: "the end of the line") }
    if position < end { try checkText(from: position) }
  }

  /// Checks that the rest of the line, from `place`, is UTF-8 without NUL bytes.
  func checkText(from place: UnsafePointer<UInt8>) throws(LineFault) {
    let bytes = UnsafeBufferPointer(start: place, count: end - place)
    guard let offset = firstIllFormedByte(in: bytes) else { return }
    let byte = String(place[offset], radix: 16)
    throw LineFault(
      column: place - start + offset + 1, message: "expected UTF-8 text, found the byte 0x\(byte)")
  }

  /// The whole line.
  func checkText() throws(LineFault) { try checkText(from: start) }

  /// Says what was expected in place of the word that starts at `place`, or at the position.
  func fault(expected: String, at place: UnsafePointer<UInt8>? = nil) -> LineFault {
    var cursor = self
    cursor.position = place ?? position
    let column = cursor.position - start + 1
    let word = cursor.rest(endingAt: UInt8(ascii: " "))
    let found =
      word.count > 0 ? word.quoted : isLineEnd(word.start) ? "the end of the line" : "nothing"
    return LineFault(column: column, message: "expected \(expected), found \(found)\(word.hint)")
  }

  private func isLineEnd(_ place: UnsafePointer<UInt8>) -> Bool {
    place == end || place.pointee == UInt8(ascii: "#")
  }
}

extension LineCursor {
  /// Reads the rest of the word at hand as a number, up to `separator` if it has one. `expected`
  /// describes it, `range` bounds it.
  @inline(__always)
  mutating func number(
    _ expected: StaticString, in range: ClosedRange<UInt64> = 0...UInt64.max,
    endingAt separator: UInt8 = UInt8(ascii: " ")
  ) throws(LineFault) -> UInt64 {
    let first = position
    if let value = scanNumber(endingAt: separator), range.contains(value) { return value }
    throw numberFault(at: first, expected: expected, endingAt: separator)
  }

  /// The next word as a number.
  @inline(__always)
  mutating func argument(
    _ expected: StaticString, in range: ClosedRange<UInt64> = 0...UInt64.max
  ) throws(LineFault) -> UInt64 {
    guard findWord() else { throw fault(expected: "\(expected)") }
    return try number(expected, in: range)
  }

  /// Decimal or `0x` and lower-case digits; nil when it is neither or does not fit 64 bits.
  private mutating func scanNumber(endingAt separator: UInt8) -> UInt64? {
    var value: UInt64 = 0
    let first: UnsafePointer<UInt8>
    if end - position > 2, position[0] == UInt8(ascii: "0"), position[1] == UInt8(ascii: "x") {
      position += 2
      first = position
      while position < end, let digit = Self.hexDigit(position.pointee) {
        if value >> 60 != 0 { return nil }
        value = value << 4 | digit
        position += 1
      }
    } else {
      first = position
      while position < end, position.pointee &- UInt8(ascii: "0") < 10 {
        let (shifted, lost) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = shifted.addingReportingOverflow(
          UInt64(position.pointee &- UInt8(ascii: "0")))
        if lost || carry { return nil }
        value = sum
        position += 1
      }
    }
    guard position > first, isWordEnd(position) || position.pointee == separator else { return nil }
    return value
  }

  @inline(__always)
  private static func hexDigit(_ byte: UInt8) -> UInt64? {
    let decimal = byte &- UInt8(ascii: "0")
    if decimal < 10 { return UInt64(decimal) }
    let letter = byte &- UInt8(ascii: "a")
    return letter < 6 ? UInt64(letter) + 10 : nil
  }

  private func numberFault(
    at place: UnsafePointer<UInt8>, expected: StaticString, endingAt separator: UInt8
  ) -> LineFault {
    var cursor = self
    cursor.position = place
    let word = cursor.rest(endingAt: separator)
    var result = fault(expected: "\(expected)", at: place)
    if word.count > 0 {
      result.message = "expected \(expected), found \(word.quoted)\(word.numberHint)"
    }
    return result
  }
}

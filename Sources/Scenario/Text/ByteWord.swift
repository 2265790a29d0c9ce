// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Some bytes of the line at hand. It does not outlive the line.
struct ByteWord {
  let start: UnsafePointer<UInt8>
  let count: Int

  @inline(__always)
  static func == (word: ByteWord, literal: StaticString) -> Bool {
    word.count == literal.utf8CodeUnitCount
      && memcmp(word.start, literal.utf8Start, word.count) == 0
  }

  /// Lets a `switch` over a word name its cases.
  @inline(__always)
  static func ~= (literal: StaticString, word: ByteWord) -> Bool { word == literal }

  /// The word as an error quotes it: cut when it is long, what cannot be seen replaced.
  var quoted: String {
    let limit = 40
    let bytes = UnsafeBufferPointer(start: start, count: min(count, limit))
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
      switch $0.properties.generalCategory {
      case .control, .format: "\u{fffd}"
      default: String($0)
      }
    }
    return "`\(text.joined())\(count > limit ? "…" : "")`"
  }
}

extension ByteWord {
  /// What an error adds about bytes that cannot be seen, or nothing.
  var hint: String {
    if contains(UInt8(ascii: "\r")) { return " (lines end in a line feed alone)" }
    if contains(UInt8(ascii: "\t")) { return " (words are separated by spaces)" }
    return ""
  }

  /// What an error adds about a number that was not taken, or nothing.
  var numberHint: String {
    if !hint.isEmpty { return hint }
    let isPrefixed = count > 2 && start[0] == UInt8(ascii: "0") && start[1] | 0x20 == 0x78
    let digits = UnsafeBufferPointer(start: start, count: count).dropFirst(isPrefixed ? 2 : 0)
    let isNumber = digits.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): isPrefixed
      default: false
      }
    }
    guard isNumber else { return "" }
    let isLowerCase = !contains { (UInt8(ascii: "A")...UInt8(ascii: "X")).contains($0) }
    if !isLowerCase { return " (hexadecimal is written in lower case)" }
    let text = String(decoding: digits, as: UTF8.self)
    return UInt64(text, radix: isPrefixed ? 16 : 10) == nil ? " (numbers have 64 bits)" : ""
  }

  private func contains(_ byte: UInt8) -> Bool { contains { $0 == byte } }

  private func contains(where condition: (UInt8) -> Bool) -> Bool {
    UnsafeBufferPointer(start: start, count: count).contains(where: condition)
  }
}

/// What is wrong with a line.
struct LineFault: Error {
  /// In bytes, counted from 1.
  var column: Int
  var message: String
}

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

  /// The word as an error quotes it: cut when it is long, control characters replaced.
  var quoted: String {
    let limit = 40
    let bytes = UnsafeBufferPointer(start: start, count: min(count, limit))
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
      $0.properties.generalCategory == .control ? "\u{fffd}" : String($0)
    }
    return "`\(text.joined())\(count > limit ? "…" : "")`"
  }
}

/// What is wrong with a line.
struct LineFault: Error {
  /// In bytes, counted from 1.
  var column: Int
  var message: String
}

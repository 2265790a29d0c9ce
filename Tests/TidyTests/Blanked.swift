// SPDX-License-Identifier: GPL-2.0-only

/// Lines with a space for everything in comments, strings and characters: what is left is code, and
/// its braces are braces.
func blanked(_ text: String, isSwift: Bool) -> [Substring] {
  var blanker = Blanker(bytes: Array(text.utf8), isSwift: isSwift)
  blanker.run()
  return String(decoding: blanker.bytes, as: UTF8.self)
    .split(separator: "\n", omittingEmptySubsequences: false)
}

private struct Blanker {
  var bytes: [UInt8]
  let isSwift: Bool
  private var place = 0

  init(bytes: [UInt8], isSwift: Bool) {
    self.bytes = bytes
    self.isSwift = isSwift
  }

  mutating func run() {
    while place < bytes.count { step() }
  }

  private func isNext(_ text: StaticString, at offset: Int = 0) -> Bool {
    let start = place + offset
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == text.utf8Start[$0] }
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where place < bytes.count {
      if bytes[place] != UInt8(ascii: "\n") { bytes[place] = UInt8(ascii: " ") }
      place += 1
    }
  }

  private mutating func step() {
    if isNext("//") {
      while place < bytes.count, !isNext("\n") { blank() }
    } else if isNext("/*") {
      comment()
    } else if isNext("\"") {
      string(hashes: 0)
    } else if isSwift, isNext("#") {
      var hashes = 0
      while isNext("#", at: hashes) { hashes += 1 }
      if isNext("\"", at: hashes) {
        blank(hashes)
        string(hashes: hashes)
      } else {
        place += hashes
      }
    } else if !isSwift, isNext("'") {
      blank()
      while place < bytes.count, !isNext("'"), !isNext("\n") { blank(isNext("\\") ? 2 : 1) }
      blank()
    } else {
      place += 1
    }
  }

  /// Swift's nest.
  private mutating func comment() {
    var depth = 0
    repeat {
      if isNext("*/") {
        depth -= 1
        blank(2)
      } else if isNext("/*"), isSwift || depth == 0 {
        depth += 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && place < bytes.count
  }

  private mutating func string(hashes: Int) {
    let quotes = isSwift && isNext("\"\"\"") ? 3 : 1
    blank(quotes)
    while place < bytes.count {
      if isNext("\\"), (0..<hashes).allSatisfy({ isNext("#", at: 1 + $0) }) {
        let isInterpolation = isSwift && isNext("(", at: 1 + hashes)
        blank(2 + hashes)
        if isInterpolation { interpolation() }
      } else if (0..<quotes).allSatisfy({ isNext("\"", at: $0) }),
        (0..<hashes).allSatisfy({ isNext("#", at: quotes + $0) })
      {
        return blank(quotes + hashes)
      } else if quotes == 1, isNext("\n") {
        return
      } else {
        blank()
      }
    }
  }

  /// What follows `\(`, with its `)`.
  private mutating func interpolation() {
    var depth = 1
    while depth > 0, place < bytes.count {
      if isNext("\"") {
        string(hashes: 0)
        continue
      }
      if isNext("(") { depth += 1 }
      if isNext(")") { depth -= 1 }
      blank()
    }
  }
}

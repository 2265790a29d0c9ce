// SPDX-License-Identifier: GPL-2.0-only

/// C as the kernel has it: tabs of eight columns, at most 80 of them, arguments under the first one.
/// What it wraps, the kernel's `.clang-format` leaves as it is.
struct CText {
  private(set) var text = ""

  /// A line, or several, as they stand.
  mutating func line(_ line: String = "") { text += line + "\n" }

  /// `NAME(test, ARGUMENTS);` in a function's body, wrapped where it has to be.
  mutating func call(_ call: CCall) {
    for part in Self.wrapped("\(call.name)(", ["test"] + call.arguments) { line("\t" + part) }
  }

  /// The lines of a call in a function's body, without the tab in front of each; `head` ends in the
  /// opening bracket.
  static func wrapped(_ head: String, _ arguments: [String]) -> [String] {
    let words = arguments.dropLast().map { $0 + "," } + arguments.suffix(1).map { $0 + ");" }
    return filled(head, words, from: 8, width: head.utf8.count)
  }

  /// `.FIELD = A | B,` in a nested initializer, wrapped where it has to be.
  mutating func bits(_ field: String, _ bits: [String]) {
    let words = bits.dropLast().map { $0 + " |" } + bits.suffix(1).map { $0 + "," }
    let head = ".\(field) = "
    for part in Self.filled(head, words, from: 16, width: head.utf8.count) { line("\t\t" + part) }
  }

  /// Words in lines of 80 columns, of which `margin` are taken; lines behind the first begin under
  /// the first word, `width` columns in. A word too long for a line is broken behind `|`, and goes on
  /// eight columns further in.
  static func filled(
    _ head: String, _ words: [String], from margin: Int, width: Int
  ) -> [String] {
    let start = margin + width
    var lines = [head]
    var column = start
    func append(_ word: String, startingAt first: Int, isFirst: Bool) {
      if !isFirst, column + 1 + word.utf8.count > 80 {
        lines.append(indentation(from: margin, to: first))
        column = first
      } else if !isFirst {
        lines[lines.count - 1] += " "
        column += 1
      }
      lines[lines.count - 1] += word
      column += word.utf8.count
    }
    for (index, word) in words.enumerated() {
      guard start + word.utf8.count > 80, word.contains(" | "), index > 0 else {
        append(word, startingAt: start, isFirst: index == 0)
        continue
      }
      lines.append(indentation(from: margin, to: start))
      column = start
      let parts = word.split(separator: " ").filter { $0 != "|" }.map(String.init)
      for (number, part) in parts.enumerated() {
        let piece = part + (number == parts.count - 1 ? "" : " |")
        append(piece, startingAt: start + 8, isFirst: number == 0)
      }
    }
    return lines
  }

  /// White space from the column of a margin, which is a tab's, to another.
  private static func indentation(from margin: Int, to column: Int) -> String {
    String(repeating: "\t", count: column / 8 - margin / 8)
      + String(repeating: " ", count: column % 8)
  }

  /// Text in a comment: what would end it, or leave the line, is taken out.
  static func comment(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0 != "*" }))
  }

  /// A C name: lower-case letters, digits and single underscores.
  static func name(_ text: String) -> String {
    var name = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
      if isPlain {
        name.unicodeScalars.append(scalar)
      } else if ("A"..."Z").contains(scalar) {
        name.unicodeScalars.append(Unicode.Scalar(byte + 32))
      } else if name.last.map({ $0 != "_" }) ?? false {
        name += "_"
      }
    }
    while name.last == "_" { name.removeLast() }
    return String(name.prefix(32))
  }
}

/// A call of a helper that begins with `test`.
struct CCall: Equatable {
  let name: String
  let arguments: [String]

  init(_ name: String, _ arguments: String...) {
    self.name = name
    self.arguments = arguments
  }
}

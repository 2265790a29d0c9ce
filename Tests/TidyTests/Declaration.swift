// SPDX-License-Identifier: GPL-2.0-only

/// A declaration of Swift that begins a line, as swift-format has it.
struct Declaration {
  var keyword: Substring
  /// What is declared; the keyword of what has no name.
  var name: Substring
  var modifiers: [Substring] = []
  /// The line from the keyword on.
  var rest: Substring

  private static let keywords: Set<Substring> = [
    "func", "init", "deinit", "subscript", "var", "let", "struct", "enum", "class", "actor",
    "protocol", "extension", "typealias", "associatedtype", "case", "import", "macro",
  ]
  private static let modifierWords: Set<Substring> = [
    "public", "private", "fileprivate", "internal", "package", "open", "static", "final",
    "override", "mutating", "nonmutating", "consuming", "borrowing", "nonisolated", "convenience",
    "required", "lazy", "weak", "unowned", "indirect", "prefix", "postfix", "infix", "dynamic",
  ]

  /// From a line of code whose comments are blank; nil when none begins there.
  init?(_ line: Substring) {
    var rest = line.drop { $0 == " " }
    while rest.first == "@" { rest = Self.afterAttribute(rest) }
    while true {
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      let next = rest[word.endIndex...]
      if word == "class", ["func ", "var ", "let "].contains(where: next.dropFirst().hasPrefix) {
        modifiers.append(word)
      } else if Self.modifierWords.contains(word) {
        modifiers.append(word)
      } else if Self.keywords.contains(word) {
        keyword = word
        name = Self.name(after: next, keyword: word)
        self.rest = rest
        return
      } else {
        return nil
      }
      rest = Self.afterParentheses(next).drop { $0 == " " }
    }
  }

  private static func name(after text: Substring, keyword: Substring) -> Substring {
    let text = text.drop { $0 == " " || $0 == "`" }
    if keyword == "func" {
      return text.prefix { $0 != "(" && $0 != "<" || $0 == text.first }.trimmingSpaces
    }
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    return ["init", "deinit", "subscript"].contains(keyword) || name.isEmpty ? keyword : name
  }

  private static func afterAttribute(_ text: Substring) -> Substring {
    let rest = text.dropFirst().drop { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    return afterParentheses(rest).drop { $0 == " " }
  }

  private static func afterParentheses(_ text: Substring) -> Substring {
    guard text.first == "(" else { return text }
    var depth = 0
    for place in text.indices {
      if text[place] == "(" { depth += 1 }
      if text[place] == ")" { depth -= 1 }
      if depth == 0 { return text[text.index(after: place)...] }
    }
    return text[text.endIndex...]
  }

  var isPublic: Bool { modifiers.contains("public") || modifiers.contains("open") }

  var isType: Bool {
    ["struct", "enum", "class", "actor", "protocol", "typealias"].contains(keyword)
  }
}

extension SourceFile {
  /// A declaration, where it is, and the declarations around it, the outermost first; those of
  /// functions too.
  struct Place {
    var declaration: Declaration
    /// Counted from 1.
    var line: Int
    var around: [Declaration]
  }

  /// All of a Swift file.
  var declarations: [Place] {
    var result: [Place] = []
    var around: [Declaration?] = []
    var latest: Declaration?
    for (index, line) in code.enumerated() {
      if let declaration = Declaration(line) {
        result.append(
          Place(declaration: declaration, line: index + 1, around: around.compactMap(\.self)))
        latest = declaration
      }
      for character in line.utf8 {
        if character == UInt8(ascii: "{") {
          around.append(latest)
          latest = nil
        } else if character == UInt8(ascii: "}") {
          _ = around.popLast()
          latest = nil
        }
      }
    }
    return result
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// A function with a body.
struct Function {
  var name: Substring
  /// The first and the last line, counted from 1: from its name to the brace that ends it.
  var first: Int
  var last: Int

  var count: Int { last - first + 1 }
}

extension SourceFile {
  /// Functions, initializers and computed properties of Swift, functions of C.
  var functions: [Function] {
    switch kind {
    case .swift: swiftFunctions
    case .c: cFunctions
    default: []
    }
  }

  private var swiftFunctions: [Function] {
    code.indices.compactMap { index in
      guard let declaration = Declaration(code[index]),
        ["func", "init", "deinit", "subscript", "var"].contains(declaration.keyword),
        let body = body(of: declaration, at: index), let end = end(of: body)
      else { return nil }
      return Function(name: declaration.name, first: index + 1, last: end + 1)
    }
  }

  private typealias Position = (line: Int, place: Substring.Index)

  /// Where the body's brace is; nil for a protocol's requirement and a stored property.
  private func body(of declaration: Declaration, at first: Int) -> Position? {
    var depth = 0
    var start = declaration.rest.startIndex
    for line in first..<code.count {
      let text = code[line]
      if line > first {
        start = text.startIndex
        // Where nothing is open, only a signature's last words or the brace may follow.
        let word = text.drop { $0 == " " }
        if depth == 0, !["{", "->", "throws", "async", "where"].contains(where: word.hasPrefix) {
          return nil
        }
      }
      for place in text[start...].indices {
        switch text[place] {
        case "(", "[": depth += 1
        case ")", "]": depth -= 1
        case "=" where depth == 0 && declaration.keyword == "var": return nil
        case "{" where depth == 0: return (line, place)
        case "}" where depth == 0: return nil
        default: break
        }
      }
      if declaration.keyword == "var", depth == 0 { return nil }
    }
    return nil
  }

  /// The line of the brace that closes the one at `start`.
  private func end(of start: Position) -> Int? {
    var depth = 0
    for line in start.line..<code.count {
      let text = line == start.line ? code[line][start.place...] : code[line]
      for character in text.utf8 {
        if character == UInt8(ascii: "{") { depth += 1 }
        if character == UInt8(ascii: "}") { depth -= 1 }
        if depth == 0, character == UInt8(ascii: "}") { return line }
      }
    }
    return nil
  }

  /// Bodies are what follows a parenthesis outside of all braces; lines of the preprocessor, with
  /// those that they go on in, are none of it.
  private var cFunctions: [Function] {
    var result: [Function] = []
    var depth = 0
    var isDirective = false
    var header: (name: Substring, line: Int)?
    for (index, line) in code.enumerated() {
      isDirective = isDirective || line.drop { $0 == " " || $0 == "\t" }.first == "#"
      guard !isDirective else {
        isDirective = line.last == "\\"
        continue
      }
      for place in line.indices {
        switch line[place] {
        case "(" where depth == 0 && header == nil:
          header = (Self.word(before: place, in: line), index + 1)
        case ";" where depth == 0, "=" where depth == 0: header = nil
        case "{":
          depth += 1
          if depth == 1, let header {
            result.append(Function(name: header.name, first: header.line, last: 0))
          }
        case "}":
          depth -= 1
          if depth == 0 {
            if header != nil { result[result.count - 1].last = index + 1 }
            header = nil
          }
        default: break
        }
      }
    }
    return result.filter { $0.last > 0 }
  }

  private static func word(before place: Substring.Index, in line: Substring) -> Substring {
    let before = line[..<place]
    let letters = before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.count
    return before.suffix(letters)
  }
}

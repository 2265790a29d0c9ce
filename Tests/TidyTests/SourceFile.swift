// SPDX-License-Identifier: GPL-2.0-only

/// A file and its lines.
struct SourceFile {
  enum Kind {
    case swift, c, script, makefile, moduleMap, markdown, other
  }

  let path: String
  let kind: Kind
  let lines: [Substring]
  /// The lines of Swift and C with comments and the insides of strings made blank.
  let code: [Substring]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    kind = Self.kind(path, first: lines[0])
    code =
      switch kind {
      case .swift: blanked(text, isSwift: true)
      case .c: blanked(text, isSwift: false)
      default: []
      }
  }

  private static func kind(_ path: String, first: Substring) -> Kind {
    let name = path.split(separator: "/").last ?? ""
    let suffix = name.lastIndex(of: ".").map { name[$0...] }
    switch suffix {
    case ".swift": return .swift
    case ".c", ".h": return .c
    case ".md": return .markdown
    case ".modulemap": return .moduleMap
    default:
      if name == "Makefile" || name == "Dockerfile" { return .makefile }
      return first.hasPrefix("#!") ? .script : .other
    }
  }

  /// How many lines there are; a line end at the end begins none.
  var count: Int { lines.count - (lines.last == "" ? 1 : 0) }

  /// Its folder; empty at the top.
  var folder: Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }

  func complaint(_ line: Int, _ text: String) -> Complaint {
    Complaint(path: path, line: line, text: text)
  }
}

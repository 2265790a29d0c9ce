// SPDX-License-Identifier: GPL-2.0-only

/// What is public says what it is for.
enum Docstrings {
  /// What a protocol asks for, which says it already.
  private static let witnesses: Set<Substring> = [
    "description", "debugDescription", "==", "<", "hash", "deinit", "next", "makeIterator", "body",
    "errorDescription", "startIndex", "endIndex", "index", "run",
  ]

  static func complaints(_ tree: Tree) -> [Complaint] {
    tree.files.filter { $0.kind == .swift && $0.path.hasPrefix("Sources/") }.flatMap(complaints)
  }

  private static func complaints(_ file: SourceFile) -> [Complaint] {
    file.declarations.compactMap { place in
      let declaration = place.declaration
      guard declaration.isPublic, !["extension", "import"].contains(declaration.keyword),
        !witnesses.contains(declaration.name), !isInConformance(place),
        !isDocumented(file, before: place.line - 1)
      else { return nil }
      return file.complaint(
        place.line, "public \(declaration.keyword) `\(declaration.name)` has no docstring")
    }
  }

  /// Whether it stands in an extension that conforms to a protocol.
  private static func isInConformance(_ place: SourceFile.Place) -> Bool {
    guard let outer = place.around.last, outer.keyword == "extension" else { return false }
    return outer.rest.prefix { $0 != "{" }.contains(":")
  }

  /// Whether `///` stands above a line, or above its attributes.
  private static func isDocumented(_ file: SourceFile, before index: Int) -> Bool {
    var above = index - 1
    while above >= 0 {
      let line = file.lines[above].drop { $0 == " " }
      if line.hasPrefix("///") { return true }
      guard line.hasPrefix("@") || line.hasPrefix("#if") else { return false }
      above -= 1
    }
    return false
  }
}

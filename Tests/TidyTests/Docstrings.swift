// SPDX-License-Identifier: GPL-2.0-only

/// What is public says what it is for.
///
/// A docstring may stand for lines that follow each other, each a stored property. Nothing needs
/// to be said again of what a protocol asks for, of an initializer that only fills in properties,
/// and of the options of a set, which are as the cases of an enumeration.
struct Docstrings {
  /// What the protocols of the standard library and of ArgumentParser ask for.
  private static let witnesses: Set<Substring> = [
    "description", "debugDescription", "==", "<", "hash", "deinit", "next", "makeIterator",
    "rawValue", "startIndex", "endIndex", "index", "run", "configuration",
  ]

  private let files: [SourceFile]
  /// What the protocols of the repository ask for, by their names.
  private let requirements: [Substring: Set<Substring>]

  init(_ tree: Tree) {
    files = tree.files.filter { $0.kind == .swift && $0.path.hasPrefix("Sources/") }
    requirements = files.flatMap(\.declarations).reduce(into: [:]) { result, place in
      guard let outer = place.around.last, outer.keyword == "protocol" else { return }
      result[outer.name, default: []].insert(place.declaration.name)
    }
  }

  func complaints(except folders: [Exception] = []) -> [Complaint] {
    let found = files.flatMap(complaints).map { complaint in
      var complaint = complaint
      complaint.subject =
        folders.first { complaint.path.hasPrefix("\($0.subject)/") }?.subject ?? complaint.path
      return complaint
    }
    return folders.filter(found, rule: "docstrings")
  }

  private func complaints(_ file: SourceFile) -> [Complaint] {
    file.declarations.compactMap { place in
      let declaration = place.declaration
      guard declaration.isPublic, !["extension", "import"].contains(declaration.keyword),
        !declaration.rest.contains("(rawValue:"), !isWitness(place),
        !Self.isDocumented(file, before: place.line - 1), !Self.isMemberwise(file, place)
      else { return nil }
      return file.complaint(
        place.line, "public \(declaration.keyword) `\(declaration.name)` has no docstring")
    }
  }

  /// Whether a protocol says what it is: one of the type's, or the one that is extended.
  private func isWitness(_ place: SourceFile.Place) -> Bool {
    if Self.witnesses.contains(place.declaration.name) { return true }
    guard let outer = place.around.last else { return false }
    let header = outer.rest.prefix { $0 != "{" }
    if outer.keyword == "extension", header.contains(":") { return true }
    return header.split { !($0.isLetter || $0.isNumber) }.contains { name in
      requirements[name]?.contains(place.declaration.name) == true
    }
  }

  /// Whether `///` stands above a line, or above its attributes or the properties before it.
  private static func isDocumented(_ file: SourceFile, before index: Int) -> Bool {
    var isProperty = isStoredProperty(file.code[index])
    var above = index - 1
    while above >= 0 {
      let line = file.lines[above].drop { $0 == " " }
      if line.hasPrefix("///") { return true }
      let isPassed = line.hasPrefix("@") || line.hasPrefix("#if")
      guard isPassed || isProperty && isStoredProperty(file.code[above]) else { return false }
      if !isPassed { isProperty = true }
      above -= 1
    }
    return false
  }

  private static func isStoredProperty(_ line: Substring) -> Bool {
    guard let keyword = Declaration(line)?.keyword else { return false }
    return ["let", "var"].contains(keyword) && !line.contains("{")
  }

  /// Whether it is an initializer that does nothing but fill in properties.
  private static func isMemberwise(_ file: SourceFile, _ place: SourceFile.Place) -> Bool {
    guard place.declaration.keyword == "init",
      let function = file.functions.first(where: { $0.first == place.line })
    else { return false }
    let text = file.code[function.first - 1...function.last - 1].joined(separator: "\n")
    let body = text.drop { $0 != "{" }.dropFirst().prefix { $0 != "}" }
    return body.split(separator: "\n").map(\.trimmingSpaces).allSatisfy { statement in
      statement.isEmpty || statement.wholeMatch(of: /(self\.)?\w+ = \w+/) != nil
        || statement.wholeMatch(of: /\([\w., ]+\) = \([\w, ]+\)/) != nil
    }
  }
}

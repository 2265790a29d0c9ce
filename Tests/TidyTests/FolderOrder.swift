// SPDX-License-Identifier: GPL-2.0-only

/// The order of folders inside a room. `Documentation/design.md` has a line
///
///     Folders of `Sources/X`, from low to high: `A`, `B`, `C`.
///
/// for a room that has one; a type that a folder declares is then used in that folder and in those
/// after it.
struct FolderOrder {
  private let tree: Tree
  private let design: SourceFile

  init(_ tree: Tree) {
    self.tree = tree
    design =
      tree.file("Documentation/design.md") ?? SourceFile(path: "Documentation/design.md", text: "")
  }

  var complaints: [Complaint] {
    design.lines.enumerated().flatMap { index, line -> [Complaint] in
      guard line.hasPrefix("Folders of `") else { return [] }
      let parts = line.split(separator: "`", omittingEmptySubsequences: false)
      let names = parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
      return check(names[0], Array(names.dropFirst()), line: index + 1)
    }
  }

  /// The files of one folder.
  private func files(_ room: String, _ folder: String) -> [SourceFile] {
    tree.files.filter { $0.kind == .swift && $0.folder == "\(room)/\(folder)" }
  }

  private func check(_ room: String, _ folders: [String], line: Int) -> [Complaint] {
    let there = Set(
      tree.files.filter { $0.kind == .swift && $0.path.hasPrefix("\(room)/") }
        .map { String($0.folder.dropFirst(room.count + 1)) })
    let wrong = there.symmetricDifference(folders).sorted().map { folder in
      design.complaint(
        line,
        there.contains(folder) ? "\(room)/\(folder) has no place here" : "no folder \(folder)")
    }
    var seen: Set<Substring> = []
    var complaints: [Complaint] = []
    for folder in folders.reversed() {
      let files = files(room, folder)
      let own = Set(files.flatMap(\.declarations).map(\.declaration.name))
      complaints += files.flatMap { words(of: seen.subtracting(own), in: $0, folder: folder) }
      seen.formUnion(files.flatMap(types))
    }
    return wrong + complaints
  }

  /// Types that stand for themselves, not inside another.
  private func types(_ file: SourceFile) -> [Substring] {
    file.declarations.filter { $0.declaration.isType && $0.around.isEmpty }
      .filter { !$0.declaration.modifiers.contains("private") }.map(\.declaration.name)
  }

  private func words(of types: Set<Substring>, in file: SourceFile, folder: String) -> [Complaint] {
    file.code.enumerated().flatMap { index, line in
      let words = Set(line.split { !($0.isLetter || $0.isNumber || $0 == "_") })
      return words.intersection(types).sorted().map {
        file.complaint(index + 1, "\(folder) uses \($0), which is declared in a higher folder")
      }
    }
  }
}

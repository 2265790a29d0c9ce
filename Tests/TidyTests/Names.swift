// SPDX-License-Identifier: GPL-2.0-only

/// A name is one thing: no type is called as a module, and no two modules have a public type of the
/// same name.
enum Names {
  static func complaints(_ tree: Tree) -> [Complaint] {
    let modules = Set(
      ["Package.swift", "Fuzz/Package.swift"].compactMap(tree.file)
        .flatMap { Manifest($0).targets.map { Substring($0.name) } })
    var result: [Complaint] = []
    /// Where a name was first seen.
    var rooms: [Substring: String] = [:]
    for file in tree.files where file.kind == .swift && file.path.hasPrefix("Sources/") {
      let room = file.path.split(separator: "/").prefix(2).joined(separator: "/")
      for place in file.declarations where place.declaration.isType {
        let name = place.declaration.name
        func complain(_ text: String) {
          result.append(
            Complaint(path: file.path, line: place.line, text: text, subject: String(name)))
        }
        if modules.contains(name) { complain("`\(name)` is a module's name too") }
        guard place.around.isEmpty, place.declaration.isPublic else { continue }
        if let first = rooms[name], first != room {
          complain("`\(name)` is public in \(first) too")
        }
        rooms[name] = rooms[name] ?? room
      }
    }
    return result
  }
}

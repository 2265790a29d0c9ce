// SPDX-License-Identifier: GPL-2.0-only

/// Who may import whom: the table of rooms and the code are held to each other.
struct Layering {
  private let tree: Tree
  private let table: RoomTable
  /// The package and the fuzzer's, which shares folders with it; with the folder of each.
  private let manifests: [(folder: String, manifest: Manifest)]
  /// Targets by name, with their folders in the repository.
  private var targets: [String: Manifest.Target] = [:]

  init(_ tree: Tree) {
    self.tree = tree
    table = RoomTable(
      tree.file("Documentation/design.md")
        ?? SourceFile(path: "Documentation/design.md", text: ""))
    manifests = ["", "Fuzz/"].compactMap { folder in
      tree.file("\(folder)Package.swift").map { (folder, Manifest($0)) }
    }
    for (folder, manifest) in manifests {
      for var target in manifest.targets where targets[target.name] == nil {
        target.path = folder + target.path
        targets[target.name] = target
      }
    }
  }

  var complaints: [Complaint] {
    guard !table.rooms.isEmpty else {
      return [table.file.complaint(1, "expected a table `\(RoomTable.header)`")]
    }
    let uses = self.uses
    return rowsWithoutFolder + RoomDrawing(table).complaints + targetsWithoutRoom + twins
      + uses.flatMap(judge)
      + uses.flatMap(undeclared) + unusedPermissions(uses) + unusedDependencies(uses)
  }

  // MARK: What uses what

  /// A line that makes a room use a module or a file of another room.
  private struct Use {
    var file: SourceFile
    var line: Int
    /// The module as it is imported; a path when a file is included.
    var name: String
    /// nil: from outside the repository.
    var path: String?
    /// The target that the line is in.
    var target: String?
    var isDeclaration = false
  }

  private var uses: [Use] {
    // What a test stages or builds by itself is in no target where it lies.
    tree.files.filter { !$0.path.contains("/Fixtures/") }.flatMap { file in
      switch file.kind {
      case .swift where !file.path.hasSuffix("Package.swift"): imports(file)
      case .c: includes(file)
      default: [Use]()
      }
    } + declarations
  }

  private func target(of path: String) -> String? {
    let candidates = targets.values.filter { path.hasPrefix("\($0.path)/") }
    return candidates.max { $0.path.utf8.count < $1.path.utf8.count }?.name
  }

  private func imports(_ file: SourceFile) -> [Use] {
    let target = target(of: file.path)
    return file.code.enumerated().compactMap { index, line in
      guard let declaration = Declaration(line), declaration.keyword == "import" else { return nil }
      // `import struct Module.Type` names its kind first; a module has `_` where its target has `-`.
      let words = declaration.rest.split(separator: " ").dropFirst()
      let module = String((words.last ?? "").prefix { $0 != "." })
      let name = targets.keys.first { $0.replacing("-", with: "_") == module } ?? module
      return Use(
        file: file, line: index + 1, name: name, path: targets[name]?.path, target: target)
    }
  }

  /// A file that is included is looked for beside the one that does, then above, then in the ABI.
  private func includes(_ file: SourceFile) -> [Use] {
    file.lines.enumerated().compactMap { index, line in
      let words = line.split(separator: "\"", omittingEmptySubsequences: false)
      guard words.count > 2, words[0].filter({ $0 != " " }) == "#include" else { return nil }
      var folders: [String] = []
      var folder = file.folder
      while !folder.isEmpty {
        folders += [String(folder), "\(folder)/include"]
        folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
      }
      folders.append("reference/abi")
      let places = folders.map { normalized("\($0)/\(words[1])") }
      return Use(
        file: file, line: index + 1, name: String(words[1]),
        path: places.first(where: tree.paths.contains))
    }
  }

  /// Dependencies that manifests declare.
  private var declarations: [Use] {
    manifests.flatMap { _, manifest in
      manifest.targets.flatMap { target in
        target.dependencies.map { name in
          Use(
            file: manifest.file, line: target.line, name: name, path: targets[name]?.path,
            target: target.name, isDeclaration: true)
        }
      }
    }
  }

  // MARK: Rules

  private func room(of use: Use) -> Int? {
    table.room(of: use.isDeclaration ? targets[use.target ?? ""]?.path ?? "" : use.file.path)
  }

  /// Whether the room's row has what is used.
  private func judge(_ use: Use) -> [Complaint] {
    guard let room = room(of: use) else { return [] }
    if let path = use.path {
      guard let used = table.room(of: path), used != room else { return [] }
      if table.rooms(usedBy: room).contains(used) { return [] }
    } else if use.file.kind == .c {
      return [use.file.complaint(use.line, "`\(use.name)` is nowhere that this file looks")]
    } else if table.rooms[room].uses.contains(use.name) || Self.standard.contains(use.name) {
      return []
    }
    return [
      use.file.complaint(
        use.line,
        "\(table.rooms[room].paths[0]) may not use \(use.name): line \(table.rooms[room].line) of"
          + " \(table.file.path) says what it may")
    ]
  }

  /// Modules that come with the language.
  private static let standard: Set<String> = ["Swift", "PackageDescription"]

  private func undeclared(_ use: Use) -> [Complaint] {
    guard !use.isDeclaration, let name = use.target, let target = targets[name],
      targets[use.name] != nil, use.name != name, !target.dependencies.contains(use.name)
    else { return [] }
    return [
      use.file.complaint(use.line, "\(name) does not declare that it depends on \(use.name)")
    ]
  }

  private var rowsWithoutFolder: [Complaint] {
    table.rooms.flatMap { room in
      room.paths.compactMap { path in
        if tree.paths.contains(path) != room.isPlanned { return nil }
        return table.file.complaint(
          room.line, room.isPlanned ? "\(path) is built" : "there is no room \(path)")
      }
    }
      + table.rooms.filter(\.paths.isEmpty).map {
        table.file.complaint($0.line, "expected a folder in backquotes")
      }
  }

  private var targetsWithoutRoom: [Complaint] {
    manifests.flatMap { folder, manifest in
      manifest.targets.compactMap { target in
        guard table.room(of: folder + target.path) == nil, table.room(of: target.path) == nil
        else { return nil }
        return manifest.file.complaint(
          target.line, "\(target.name) is in no room of \(table.file.path)")
      }
    }
  }

  /// Targets of the fuzzer's package that are the package's own say the same of themselves.
  private var twins: [Complaint] {
    manifests.dropFirst().flatMap { _, manifest in
      manifest.targets.compactMap { target in
        guard let original = manifests[0].manifest.targets.first(where: { $0.name == target.name }),
          Set(original.dependencies) != Set(target.dependencies)
        else { return nil }
        return manifest.file.complaint(
          target.line, "\(target.name) depends on other modules than in Package.swift")
      }
    }
  }

  private func unusedPermissions(_ uses: [Use]) -> [Complaint] {
    table.rooms.indices.flatMap { index in
      let own = uses.filter { room(of: $0) == index && !$0.isDeclaration }
      return table.rooms[index].uses.compactMap { word -> Complaint? in
        let isUsed =
          switch table.use(word, in: index) {
          case .nothing: table.rooms[index].uses.count == 1
          case .allAbove: true
          case .room(let room): own.contains { $0.path.map(table.room(of:)) == room }
          case .other(let name): own.contains { $0.path == nil && $0.name == name }
          }
        if isUsed || table.rooms[index].isPlanned { return nil }
        return table.file.complaint(
          table.rooms[index].line, "`\(word)`: nothing in \(table.rooms[index].paths[0]) uses it")
      }
    }
  }

  /// A program is there to be run; a library that nothing imports is in the way.
  private func unusedDependencies(_ uses: [Use]) -> [Complaint] {
    let imported = Set(uses.filter { !$0.isDeclaration }.map { "\($0.target ?? "") \($0.name)" })
    return uses.compactMap { use in
      guard use.isDeclaration, targets[use.name]?.kind != .executable,
        targets[use.target ?? ""].map({ target in hasSwift(target.path) }) == true,
        !imported.contains("\(use.target ?? "") \(use.name)")
      else { return nil }
      return use.file.complaint(
        use.line, "nothing in \(use.target ?? "") imports \(use.name), on which it depends")
    }
  }

  private func hasSwift(_ path: String) -> Bool {
    tree.files.contains { $0.kind == .swift && $0.path.hasPrefix("\(path)/") }
  }
}

/// A path without `.` and `..`.
func normalized(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return parts.joined(separator: "/")
}

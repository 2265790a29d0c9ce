// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// The repository's files, without what is built.
struct Tree {
  static let repository = Tree(
    root: URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())

  /// Every file and folder, relative to the top.
  let paths: Set<String>
  /// What is written by hand, in order of the paths.
  let files: [SourceFile]

  init(root: URL) {
    var paths: Set<String> = []
    var files: [SourceFile] = []
    // Links to folders, such as those in Fuzz, are not followed: their files have a place already.
    let walk = FileManager.default.enumerator(atPath: root.path)
    while let path = walk?.nextObject() as? String {
      let name = String(path.split(separator: "/").last ?? "")
      if name.hasPrefix(".build") || [".git", ".swiftpm"].contains(name)
        || [".kernel", "artifacts"].contains(path)
      {
        walk?.skipDescendants()
        continue
      }
      paths.insert(path)
      guard !path.hasPrefix("Corpus/"),
        walk?.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
        let data = FileManager.default.contents(atPath: root.appendingPathComponent(path).path),
        let text = String(data: data, encoding: .utf8)
      else { continue }
      files.append(SourceFile(path: path, text: text))
    }
    self.paths = paths
    self.files = files.sorted { $0.path < $1.path }
  }

  /// For tests of the rules.
  init(_ files: [SourceFile]) {
    self.files = files
    paths = files.reduce(into: []) { paths, file in
      var path = Substring(file.path)
      while !path.isEmpty {
        paths.insert(String(path))
        path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      }
    }
  }

  func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A kernel tree like another, by links, but for one file in which an expression was replaced.
struct EditedTree {
  /// One expression of a function, and what stands there instead. Blanks count as any blanks.
  struct Edit {
    var name: String
    var file = "drivers/iommu/generic_pt/iommu_pt.h"
    var function: String
    var expression: String
    var replacement: String
  }

  /// Where tests keep what they built of trees: the tree that is edited is built once.
  static let cache = Tool.root.appendingPathComponent(".build/kernel-cache").path

  /// What stands before a command on edited trees that run little: they are compiled in half the time
  /// that it takes otherwise, only what an edit touches, and do the same.
  static let environment = environment(flags: "\(quick) \(shared)")
  /// The same where it matters in which tree a file is.
  static let environmentOfPlaces = environment(flags: quick)
  /// The same of trees whose own cases are run, which takes longer than compiling.
  static let environmentOfCases = environment(flags: shared)

  private static let quick = "-O1 -fno-inline-functions"
  private static let shared = "-ffile-prefix-map=@TREE@=."
  private static func environment(flags: String) -> String {
    "XDG_CACHE_HOME='\(cache)' LOCKSTEP_CFLAGS='\(flags)'"
  }

  let path: String

  /// In a folder that goes, or where it is the same tree for everybody who edits it so: what was built
  /// of it is then known. `format`: the tree has no other, and takes a fraction of the time that it
  /// takes to compile them all.
  init(
    of tree: String, _ edit: Edit, in scratch: ScratchFolder? = nil,
    onlyFormat format: String? = nil
  ) throws {
    path = scratch.map { $0(edit.name) } ?? "\(Self.cache)/edited/\(edit.name)"
    // The compiler finds `"../x.h"` beside the file as it is named, so links to files are enough.
    let copied = try Tool.shell(
      "rm -rf '\(path)' && mkdir -p '\(path)' && cp -as '\(tree)/.' '\(path)/'"
        + " && rm '\(path)/\(edit.file)'")
    try #require(copied.status == 0, "\(copied.errors)")
    if let format { try Self.keep(format, in: "\(path)/drivers/iommu/generic_pt/fmt") }
    let source = try String(contentsOfFile: "\(tree)/\(edit.file)", encoding: .utf8)
    try edit.applied(to: source).write(
      toFile: "\(path)/\(edit.file)", atomically: true, encoding: .utf8)
  }
}

extension EditedTree {
  private static func keep(_ format: String, in folder: String) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("iommu_") && $0.hasSuffix(".c") }
    try #require(files.contains("iommu_\(format).c"), "\(files)")
    for file in files where file != "iommu_\(format).c" {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
  }
}

extension EditedTree.Edit {
  /// `source` with the expression replaced where it stands in the function for the first time.
  func applied(to source: String) throws -> String {
    let words = expression.split(separator: " ").map {
      NSRegularExpression.escapedPattern(for: "\($0)")
    }
    let pattern = try Regex(words.joined(separator: "\\s+"))
    let heads = source.matches(of: try Regex("(?m)^(?:[^\\s/*#].*)?\\b\(function)\\)?\\(.*$"))
    // A declaration has no body, on however many lines it is.
    let head = try #require(
      heads.first { head in
        source[head.range.lowerBound...].first { $0 == ";" || $0 == "{" } == "{"
      }, "\(function)")
    let body = source[head.range.lowerBound...]
    let end = try #require(body.range(of: "\n}\n")).upperBound
    let match = try #require(
      source[head.range.lowerBound..<end].firstMatch(of: pattern),
      "\(function) has no \(expression) any more")
    return source.replacingCharacters(in: match.range, with: replacement)
  }
}

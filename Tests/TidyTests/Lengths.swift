// SPDX-License-Identifier: GPL-2.0-only

/// Small files, and functions that fit a screen.
enum Lengths {
  static let fileLimit = 400
  static let functionLimit = 60

  static func files(_ tree: Tree) -> [Complaint] {
    tree.files.compactMap { file in
      guard [.swift, .c, .script].contains(file.kind), file.count > fileLimit else { return nil }
      return file.complaint(fileLimit + 1, "\(file.count) lines, \(fileLimit) at most")
    }
  }

  static func functions(_ tree: Tree) -> [Complaint] {
    tree.files.flatMap { file in
      file.functions.filter { $0.count > functionLimit }.map { function in
        Complaint(
          path: file.path, line: function.first,
          text: "`\(function.name)` has \(function.count) lines, \(functionLimit) at most",
          subject: "\(file.path):\(function.name)")
      }
    }
  }
}

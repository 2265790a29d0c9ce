// SPDX-License-Identifier: GPL-2.0-only

/// The licence's line comes first in every file that is a program's source.
enum Licenses {
  private static let line = "SPDX-License-Identifier: GPL-2.0-only"

  static func complaints(_ tree: Tree) -> [Complaint] {
    tree.files.compactMap { file in
      guard let expected = expected(file) else { return nil }
      // The package manager, or the shell, wants the first line for itself.
      let first = file.lines[0].hasPrefix("// swift-tools-version") || file.lines[0].hasPrefix("#!")
      let index = first ? 1 : 0
      if file.lines.count > index, file.lines[index] == expected { return nil }
      return file.complaint(index + 1, "expected `\(expected)`")
    }
  }

  private static func expected(_ file: SourceFile) -> String? {
    switch file.kind {
    case .swift, .moduleMap: "// \(line)"
    case .c: "/* \(line) */"
    case .script, .makefile: "# \(line)"
    case .markdown, .other: nil
    }
  }
}

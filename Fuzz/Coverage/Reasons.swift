// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// Why functions are not reached in full: the rows of a Markdown table whose first two cells are a
/// file and a function in backquotes.
struct Reasons {
  private(set) var byFunction: [Survey.Function: String] = [:]
  /// Functions that have more than one row.
  private(set) var repeated: [Survey.Function] = []

  init(markdown: String) {
    for line in markdown.split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5, let file = code(cells[1]), let name = code(cells[2]) else { continue }
      let function = Survey.Function(file: file, name: name)
      if byFunction.updateValue(cells[3], forKey: function) != nil { repeated.append(function) }
    }
  }

  init(contentsOf path: String) throws {
    self.init(markdown: try String(contentsOfFile: path, encoding: .utf8))
  }
}

/// What stands between backquotes.
private func code(_ cell: String) -> String? {
  guard cell.count > 2, cell.hasPrefix("`"), cell.hasSuffix("`") else { return nil }
  return String(cell.dropFirst().dropLast())
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage

/// Files of the repository, found from where this source file stands.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

  /// All files below a folder whose name ends in one of the suffixes, sorted.
  static func files(below folder: String, suffixes: [String]) -> [String] {
    let names = FileManager.default.enumerator(atPath: path(folder))?.allObjects as? [String] ?? []
    return names.filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted()
      .map { path(folder + "/" + $0) }
  }
}

/// Reads one scenario from text.
func scenario(_ text: String) throws -> Scenario {
  let all = try readScenarios(bytes: Array(text.utf8), name: "test")
  precondition(all.count == 1)
  return all[0].scenario
}

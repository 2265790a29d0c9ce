// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// The documents name what is there.
@Suite struct DocumentTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func document(_ name: String) throws -> String {
    try String(
      contentsOf: Self.root.appendingPathComponent("Documentation/\(name)"), encoding: .utf8)
  }

  /// Names in backquotes that look like `Suite.test` or `.test`, the suite carried on.
  private func namedTests(_ text: String) -> [(suite: String, test: String)] {
    var suite = ""
    return text.split(separator: "`").compactMap { word in
      guard let dot = word.firstIndex(of: "."), word.allSatisfy({ $0.isLetter || $0 == "." })
      else { return nil }
      if dot != word.startIndex { suite = String(word[..<dot]) }
      guard suite.hasSuffix("Tests") else { return nil }
      return (suite, String(word[word.index(after: dot)...]))
    }
  }

  /// The first column of the table of releases: the names that a subject takes for a row.
  @Test func theTableOfReleasesNamesEachRowInOrder() throws {
    let lines = try document("scenario-language.md").split(separator: "\n")
    let head = try #require(
      lines.firstIndex { $0.hasPrefix("| row | behaviour | 7.1 | 7.2 | 7.3 |") })
    var names: [String] = []
    for line in lines[(head + 2)...].prefix(while: { $0.hasPrefix("| `") }) {
      let name = String(line.split(separator: "`")[1])
      if names.last != name { names.append(name) }
    }
    #expect(names == KernelRow.allCases.map { "\($0.name)" })
  }

  @Test func everyTestThatCoversAKernelCaseExists() throws {
    let named = namedTests(try document("peer-cases.md"))
    #expect(named.count > 40)
    for (suite, test) in named {
      let file = Self.root.appendingPathComponent("Tests/PageTableTests/\(suite).swift")
      let source = try String(contentsOf: file, encoding: .utf8)
      #expect(source.contains("func \(test)("), "\(suite).\(test)")
    }
  }

  @Test func allTwentyKernelCasesAreListed() throws {
    let rows = try document("peer-cases.md").split(separator: "\n").filter {
      $0.hasPrefix("| `test_")
    }
    #expect(rows.count == 20 && StandardConfigurations.kernelUnitTests.count == 11)
  }

  @Test func everyDepartureIsExplained() throws {
    let text = try document("contract.md")
    for departure in KnownDeparture.allCases {
      #expect(text.contains("| `\(departure)` |"), "\(departure)")
    }
    for departure in DMADeparture.allCases {
      #expect(text.contains("| `\(departure)` |"), "\(departure)")
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// In debug builds the parser checks each group of options four times, and a group within a group four
/// times for each of them: verbs took 0.1 s to start, which tests do some hundred times.
@Suite struct OptionGroupTests {
  /// Structures that are groups, by name, with what stands in them.
  private static func groups(in text: String) -> [(name: Substring, body: Substring)] {
    text.matches(of: /\nstruct (\w+): ParsableArguments[^{]*\{(?s:(.*?))\n\}\n/)
      .map { ($0.1, $0.2) }
  }

  @Test(arguments: ["Sources/iopt", "Benchmarks"])
  func noGroupOfOptionsHasGroups(_ folder: String) throws {
    let path = Tool.root.appendingPathComponent(folder).path
    let files = try FileManager.default.contentsOfDirectory(atPath: path).filter {
      $0.hasSuffix(".swift")
    }
    for file in files {
      let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
      for (name, body) in Self.groups(in: text) {
        #expect(!body.contains("@OptionGroup"), "\(folder)/\(file): \(name) has a group")
      }
    }
  }

  @Test func aGroupIsSeen() {
    let text = "\nstruct A: ParsableArguments {\n  @OptionGroup var b: B\n}\nstruct B {}\n"
    #expect(Self.groups(in: text).map(\.name) == ["A"])
    #expect(Self.groups(in: text)[0].body.contains("@OptionGroup"))
  }
}

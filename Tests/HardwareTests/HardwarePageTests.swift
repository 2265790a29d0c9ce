// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Hardware
import Testing

/// Documentation/hardware.md names what there is, in its order.
@Suite struct HardwarePageTests {
  private func rows(under heading: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("Documentation/hardware.md"), encoding: .utf8)
    let sections = page.components(separatedBy: "\n## ")
    let section = try #require(sections.first { $0.hasPrefix(heading + "\n") })
    return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
  }

  @Test func itsPropertiesAreThoseThatAreJudged() throws {
    let expected = HardwareProperty.allCases.map { "| `\($0.rawValue)` | \($0.promise) |" }
    #expect(try rows(under: "The properties") == expected)
  }

  @Test func itsMetersAreThoseThatAreCounted() throws {
    let expected = CostMeter.all.map { "| `\($0.name)` | \($0.unit) | \($0.definition) |" }
    #expect(try rows(under: "What it costs") == expected)
  }

  @Test func everyKnownClassIsNamed() throws {
    let names = try rows(under: "What is known").joined()
    for known in KnownClass.allCases { #expect(names.contains("`\(known.rawValue)`"), "\(known)") }
  }

  /// One file each, by the property's name.
  @Test func everyPropertyIsAFileOfItsOwn() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appendingPathComponent("Sources/Hardware/Properties")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let named = HardwareProperty.allCases.map {
      $0.rawValue.replacingOccurrences(of: "-", with: "").lowercased() + ".swift"
    }
    let rest = Set(files.map { $0.lowercased() }).subtracting(named)
    #expect(rest == ["hardwareproperty.swift", "knownclass.swift", "listedfinding.swift"])
  }
}

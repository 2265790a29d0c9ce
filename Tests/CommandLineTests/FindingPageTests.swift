// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Each page of Documentation/findings has a scenario that shows its finding, on both sides.
@Suite struct FindingPageTests {
  private static func path(_ page: String) -> String {
    Tool.root.appendingPathComponent("Documentation/findings/\(page)").path
  }

  static let pages: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: path(""))) ?? [])
    .filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted()

  private static func text(_ page: String) throws -> String {
    try String(contentsOfFile: path(page), encoding: .utf8)
  }

  private static func block(_ text: String, _ language: String) throws -> String {
    let start = try #require(text.range(of: "```\(language)\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }

  @Test(arguments: pages)
  func itSaysWhereItIsWhyNobodySawItWhetherItMattersWhatMendsItAndHowToReportIt(
    _ page: String
  ) throws {
    let text = try Self.text(page)
    for part in [
      ["**Hardware.**"], ["**Why the kernel's tests do not", "**Why the kernel's tests did not"],
      ["**Does it matter:**"], ["**What would mend it:**", "**What mended it:**"], ["**To report"],
    ] {
      #expect(part.contains { text.contains($0) }, "\(page) has no \(part[0])")
    }
  }

  @Test(arguments: pages)
  func itsScenarioShowsItAndIsQuietWhereNobodyForbidsIt(_ page: String) throws {
    let text = try Self.text(page)
    let scratch = try ScratchFolder()
    let file = try scratch.file("case.iopt", try Self.block(text, "iopt").utf8)
    let words = try Self.block(text, "sh").split(separator: " ").map { $0.trimmingNewline }
    let forbid = try #require(words.firstIndex(of: "--forbid"))
    let name = words[forbid + 1]
    for side in ["reference", "swift"] {
      let loud = try Tool.iopt(
        "check", file, "--subject", side, "--oracle", "hardware", "--forbid", name)
      #expect(loud.status == 1 && loud.output.contains(": \(name), which is forbidden"), "\(loud)")
      let quiet = try Tool.iopt("check", file, "--subject", side, "--oracle", "hardware")
      #expect(quiet.status == 0 && quiet.output.contains("  \(name): 1, "), "\(quiet)")
    }
    #expect(words.prefix(3) == ["iopt", "check", "case.iopt"])
  }

  /// A page has the command that writes a KUnit case, or says why there is none.
  @Test(arguments: pages) func itsKUnitCaseIsWritten(_ page: String) throws {
    let text = try Self.text(page)
    guard let command = text.firstMatch(of: /\*\*KUnit\.\*\* `iopt (export kunit case.iopt[^`]*)`/)
    else {
      #expect(text.contains("\n**KUnit** does not see it: "), "\(page)")
      return
    }
    let scratch = try ScratchFolder()
    _ = try scratch.file("case.iopt", try Self.block(text, "iopt").utf8)
    let tool = try Tool.shell("cd '\(scratch.path)' && iopt \(command.1) -o case.c")
    #expect(tool.status == 0 && tool.errors == "1 cases written, 0 scenarios refused\n", "\(tool)")
    #expect(try scratch.names().contains("case.c"))
  }

  @Test func theListNamesEachOfThem() throws {
    let list = try Self.text("README.md")
    #expect(Self.pages.count >= 9)
    for page in Self.pages { #expect(list.contains("](\(page))"), "\(page)") }
  }
}

extension Substring {
  fileprivate var trimmingNewline: String { trimmingCharacters(in: .newlines) }
}

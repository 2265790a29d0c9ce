// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// `iopt generate --subject` as a user meets it.
@Suite struct GenerateTests {
  private static let arguments = ["generate", "--seed", "4", "--count", "60", "--layer", "both"]

  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// The example plug-in.
  private func example() throws -> String {
    let path = scratch("sv39.so")
    let compiler = try Tool.shell(
      "clang -std=c11 -fPIC -shared -Ireference/abi -o '\(path)'"
        + " Documentation/example-plugin/sv39.c")
    try #require(compiler.status == 0, "\(compiler.errors)")
    return path
  }

  @Test func whatIsMadeForASubjectIsNotRefusedAtTheDomain() throws {
    let path = try example()
    let made = try Tool.iopt(Self.arguments + ["--subject", path])
    #expect(made.status == 0)
    let lines = made.output.split(separator: "\n").dropFirst()
    let domains = lines.filter { $0.hasPrefix("domain ") }
    #expect(domains.count == 60)
    #expect(domains.allSatisfy { $0.hasPrefix("domain format=riscv_64 va=39 oa=56 ") })
    let words = Set(lines.compactMap { $0.split(separator: " ").first })
    #expect(words.isSubset(of: ["iopt", "domain", "map", "iova_to_phys", "fail_alloc"]))
    #expect(made.errors.contains("scenarios changed: \(path) lacks format amdv1\n"))
    #expect(made.errors.contains("operations left out: \(path) lacks operation unmap\n"))
    let compared = try Tool.iopt(
      "diff", "-", "--left", "reference", "--right", path, input: made.output)
    #expect(!compared.output.contains("Sv39 with its usual features only"))
  }

  @Test func scenariosNameTheNewestReleaseUnlessToldOtherwise() throws {
    func domains(_ more: String...) throws -> (lines: [Substring], first: Substring) {
      let made = try Tool.iopt(Self.arguments + more)
      #expect(made.status == 0 && made.errors == "")
      let lines = made.output.split(separator: "\n")
      return (lines.filter { $0.hasPrefix("domain ") }, lines[0])
    }
    let usual = try domains()
    #expect(usual.first == "iopt 2" && usual.lines.count == 60)
    #expect(usual.lines.allSatisfy { $0.contains(" kernel=7.3 ") })
    let older = try domains("--kernel", "7.2")
    #expect(older.lines.count == 60 && older.lines.allSatisfy { $0.contains(" kernel=7.2 ") })
    let oldest = try domains("--language", "1")
    #expect(oldest.first == "iopt 1" && oldest.lines.count == 60)
    #expect(!oldest.lines.contains { $0.contains("kernel=") })
  }

  @Test func aReleaseInVersion1OfTheLanguageIsBadUsage() throws {
    let tool = try Tool.iopt(Self.arguments + ["--language", "1", "--kernel", "7.1"])
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.contains("--kernel is of version 2 of the language"))
  }

  @Test func forSubjectsThatCanDoEverythingEverythingIsMade() throws {
    let plain = try Tool.iopt(Self.arguments)
    let made = try Tool.iopt(Self.arguments + ["--subject", "swift", "--subject", "reference"])
    #expect(made.status == 0 && made.errors == "")
    #expect(made.output == plain.output)
  }

  @Test func aSubjectThatIsNotThereIsBadInput() throws {
    let tool = try Tool.iopt(Self.arguments + ["--subject", "/nowhere.so"])
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors == "subject '/nowhere.so': no such file\n")
  }
}

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

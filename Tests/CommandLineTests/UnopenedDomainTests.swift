// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Files whose domains nobody can open: nothing is compared, and the summary says why.
@Suite struct UnopenedDomainTests {
  private static let hint = """
    EOPNOTSUPP (a production amdv1 domain must ask for dynamic_top, amdv1_encrypt_tables and \
    amdv1_force_coherence, and its top must not cover its va)
    """

  private static func scenario(_ domain: String) -> String {
    "iopt 1\ndomain \(domain)\nmap 0x0 0x1000 0x1000 rw\n"
  }

  /// Without its features; and with a top that covers all of the address width.
  private static let amdv1 =
    scenario("format=amdv1 va=48 oa=52 features=none top=2")
    + scenario(
      "format=amdv1 va=48 oa=52"
        + " features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=3")

  @Test func aDifferenceOfNothingSaysWhatTheFormatNeeds() throws {
    let tool = try Tool.iopt("diff", "-", input: Self.amdv1)
    #expect(tool.status == 3 && tool.errors == "")
    #expect(
      tool.output == """
          2 scenarios not opened: \(Self.hint)
        swift and reference: 2 scenarios, 2 statements: nothing was compared

        """)
  }

  @Test(arguments: [
    (
      "amdv1 kernel=7.2", "features=dynamic_top top=2",
      "dynamic_top, amdv1_encrypt_tables and amdv1_force_coherence, and not for detailed_gather"
    ),
    ("riscv_64 kernel=7.3", "features=none", "detailed_gather, and not for riscv_svpbmt"),
  ])
  func theHintIsThatOfTheRelease(_ format: String, _ rest: String, _ words: String) throws {
    let domain = "domain format=\(format) va=48 oa=52 \(rest)"
    let tool = try Tool.iopt("diff", "-", input: "iopt 2\n\(domain)\nmap 0x0 0x1000 0x1000 rw\n")
    #expect(tool.status == 3)
    let name = format.prefix { $0 != " " }
    #expect(
      tool.output.hasPrefix(
        "  1 scenario not opened: EOPNOTSUPP (a production \(name) domain must ask for \(words))\n")
    )
  }

  @Test(arguments: [["check"], ["sweep", "contract"]])
  func aJudgementOfNothingSaysWhatTheFormatNeeds(_ verb: [String]) throws {
    let tool = try Tool.iopt(verb + ["-", "--subject", "reference"], input: Self.amdv1)
    #expect(tool.status == 3 && tool.errors == "")
    #expect(
      tool.output == """
          2 scenarios not opened: \(Self.hint)
        reference: 2 scenarios, 2 statements, judged 0 times: nothing to judge

        """)
  }

  @Test func whatOpensIsComparedAndTheRestIsCounted() throws {
    let opens = Self.scenario("format=riscv_64 va=39 oa=56 features=none")
    let tool = try Tool.iopt("diff", "-", input: opens + Self.amdv1)
    #expect(tool.status == 0)
    #expect(tool.output.hasPrefix("  2 scenarios not opened: EOPNOTSUPP (a production amdv1 "))
    #expect(tool.output.hasSuffix("3 scenarios, 4 statements: no difference\n"))
  }

  @Test(arguments: [
    ("format=x86_64 va=57 oa=52 features=sign_extend top=3", "EOPNOTSUPP (x86_64)"),
    ("format=riscv_64 va=0 oa=56 features=none", "EINVAL (riscv_64)"),
    ("format=amdv1 va=48 oa=52 features=sign_extend top=3 build=debug", "EOPNOTSUPP (amdv1)"),
  ])
  func whereNoHintIsKnownTheFormatIsNamed(_ domain: String, _ reason: String) throws {
    let tool = try Tool.iopt("diff", "-", input: Self.scenario(domain))
    #expect(tool.status == 3)
    #expect(tool.output.hasPrefix("  1 scenario not opened: \(reason)\n"))
  }

  @Test func theDomainsThatTheLanguagePageShowsAreOpened() throws {
    let page = try String(
      contentsOf: Tool.root.appendingPathComponent("Documentation/scenario-language.md"),
      encoding: .utf8)
    // The form of the line, with F for a format, is no domain.
    let lines = page.split(separator: "\n").filter {
      $0.hasPrefix("domain format=") && !$0.hasPrefix("domain format=F ")
    }
    #expect(lines.contains { $0.hasPrefix("domain format=amdv1 ") && !$0.contains("build=debug") })
    for line in lines {
      let version = line.contains(" kernel=") ? 2 : 1
      let tool = try Tool.iopt(
        "diff", "-", input: "iopt \(version)\n\(line)\nmap 0x0 0x1000 0x1000 rw\n")
      #expect(tool.status == 0, "\(line): \(tool.output)")
    }
  }
}

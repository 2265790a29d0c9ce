// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `Documentation/bisect-example/judge` under `git bisect run`.
@Suite struct BisectTests {
  private static let judge = Tool.root.path + "/Documentation/bisect-example/judge"
  private static let plugin = "Documentation/example-plugin/sv39.c"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Runs commands in the folder, with git told who commits.
  private func shell(_ commands: String) throws -> Tool {
    try Tool.run(
      "/usr/bin/env",
      [
        "IOPT=\(Tool.path)", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a",
        "GIT_COMMITTER_EMAIL=a@b", "GIT_CONFIG_GLOBAL=/dev/null", "bash", "-c",
        "set -e; cd '\(folder.path)'; \(commands)",
      ])
  }

  private static let build =
    "clang -std=c11 -w -O1 -fPIC -shared -fvisibility=hidden -I\(Tool.root.path)/reference/abi"
    + " -o sv39.so sv39.c"

  /// A history of the example plug-in, a tag for each commit.
  private func history(_ commits: [(tag: String, change: String)]) throws {
    let made = commits.map {
      "sed -i '\($0.change)' sv39.c; git commit -qam \($0.tag); git tag \($0.tag)"
    }
    let tool = try shell(
      """
      git init -q; cp '\(Tool.root.path)/\(Self.plugin)' .; printf 'sv39.so\\n' > .gitignore
      cp '\(Tool.root.path)/Documentation/example-plugin/one-page.iopt' '\(folder("case.iopt"))'
      git add sv39.c .gitignore; git commit -qm first; git tag first
      \(made.joined(separator: "\n"))
      """)
    try #require(tool.status == 0, "\(tool.errors)")
  }

  private func bisect(from good: String, to bad: String, _ environment: String = "") throws -> Tool
  {
    try shell(
      """
      git bisect start \(bad) \(good) >/dev/null
      \(environment) git bisect run '\(Self.judge)' '\(Self.build)' -- diff case.iopt \
        --left reference --right ./sv39.so
      """)
  }

  /// A bit of a leaf that the kernel does not set.
  private static let wrongWord = "s/pte |= PTE_X/pte |= PTE_X | 0x20/"
  private static let wrongLookup = "s/(iova \\& 0xfff)/(iova \\& 0x7ff)/"

  /// Commits that say nothing: one that does not build, one that refuses the scenario.
  static let silent = [
    ("does-not-build", "$a #error no", "/^#error/d"),
    ("refuses", "s/oa_lg2 != 56/oa_lg2 != 57/", "s/oa_lg2 != 57/oa_lg2 != 56/"),
  ]

  /// git looks at the one in the middle first.
  @Test(arguments: silent)
  func theCommitThatBrokeItIsFound(_ tag: String, _ change: String, _ back: String) throws {
    try history([
      ("one", "$a /* one */"), ("two", "$a /* two */"), (tag, change), ("mended", back),
      ("guilty", Self.wrongWord), ("later", "$a /* three */"),
    ])
    let tool = try bisect(from: "first", to: "later")
    let guilty = try shell("git rev-parse guilty").output.prefix(40)
    #expect(
      tool.output.contains("\(guilty) is the first bad commit"), "\(tool.output)\(tool.errors)")
    let log = try shell("git bisect log").output.split(separator: "\n")
    #expect(log.contains { $0.hasPrefix("# skip: ") && $0.hasSuffix("] \(tag)") }, "\(log)")
  }

  private struct Result: Decodable {
    struct Report: Decodable { var signature: String }
    var reports: [Report]
  }

  @Test func anotherFaultIsNotTheOneThatIsLookedFor() throws {
    try history([("other", Self.wrongLookup), ("guilty", Self.wrongWord)])
    let shown = try shell(
      "\(Self.build); \"$IOPT\" diff case.iopt --right ./sv39.so --json || true")
    let result = try JSONDecoder().decode(Result.self, from: Data(shown.output.utf8))
    let signature = try #require(result.reports.first?.signature)

    let any = try bisect(from: "first", to: "guilty")
    let other = try shell("git rev-parse other").output.prefix(40)
    #expect(any.output.contains("\(other) is the first bad commit"))
    let one = try bisect(from: "first", to: "guilty", "SIGNATURE='\(signature)'")
    #expect(!one.output.contains("is the first bad commit"))
    #expect(one.output.contains("The first bad commit could be any of:"), "\(one.output)")
  }

  /// git stops at 128; it would go on with any other commit at 127, and call this one bad.
  @Test func whatIsWrongWithTheCallStopsTheSearch() throws {
    let missing = try Tool.run(
      "/usr/bin/env", ["IOPT=\(folder("none"))", Self.judge, "true", "--", "diff"])
    #expect(missing.status == 128 && missing.errors.contains("not found (set IOPT)"))
    let usage = try Tool.run(Self.judge, ["true", "diff"])
    #expect(usage.status == 128 && usage.errors.hasPrefix("judge: usage: "))
  }

  @Test(arguments: [("true", "0"), ("false", "125"), ("exit 1", "125")])
  func aCommitThatDoesNotBuildIsSkipped(_ build: String, _ status: String) throws {
    let scenario = "Documentation/example-plugin/one-page.iopt"
    let tool = try Tool.run(
      "/usr/bin/env", ["IOPT=\(Tool.path)", Self.judge, build, "--", "diff", scenario])
    #expect("\(tool.status)" == status)
  }

  @Test(arguments: [
    ["diff", "nowhere.iopt"],
    ["diff", "Documentation/example-plugin/one-page.iopt", "--right", "./none.so"],
  ])
  func badInputIsSkipped(_ arguments: [String]) throws {
    let tool = try Tool.run(
      "/usr/bin/env", ["IOPT=\(Tool.path)", Self.judge, "true", "--"] + arguments)
    #expect(tool.status == 125)
  }
}

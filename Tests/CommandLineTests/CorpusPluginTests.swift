// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The verbs for corpora, with a subject that ends its process: each of them goes on.
@Suite struct CorpusPluginTests {
  private let scratch: ScratchFolder
  private let corpus: String
  private let mapping = 3

  /// One input that maps nothing and some that map.
  init() throws {
    scratch = try ScratchFolder()
    corpus = scratch("corpus")
    let domain = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\n"
    let text =
      domain + "iova_to_phys 0x1000\n"
      + (1...mapping).map { "\(domain)map 0x\($0)000 0x1000 0x1000 rw\n" }.joined()
    let file = try scratch.file("all.iopt", text.utf8)
    try FileManager.default.createDirectory(
      atPath: corpus, withIntermediateDirectories: false)
    let tool = try Tool.iopt("encode", file, "--directory", corpus)
    try #require(tool.status == 0, "\(tool.errors)")
  }

  private func corpus(_ verb: String, _ arguments: String..., plugin: FatalPlugin) throws -> Tool {
    let path = try plugin.plugin.build(in: scratch)
    return try Tool.iopt(
      ["corpus", verb] + arguments + [
        "--left", "reference", "--right", path, "--limit", "0.5",
      ])
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
  }

  @Test(arguments: [FatalPlugin.exits[0], FatalPlugin.crashes[0], FatalPlugin.hangs[0]])
  func checkNamesEachInputThatEndsTheProcess(_ fatal: FatalPlugin) throws {
    let tool = try corpus("check", corpus, plugin: fatal)
    #expect(tool.status == 1 && tool.errors == "", "\(tool)")
    let lines = tool.output.split(separator: "\n")
    #expect(lines.filter { $0.hasSuffix(": \(fatal.signature)") }.count == mapping)
    #expect(lines.last == "\(corpus): \(mapping + 1) inputs, \(mapping) problems")
  }

  @Test func statsCountsThemAsOneFailure() throws {
    let fatal = FatalPlugin.exits[0]
    let tool = try corpus("stats", corpus, plugin: fatal)
    #expect(tool.status == 0 && tool.errors == "", "\(tool)")
    #expect(tool.output.hasPrefix("inputs      \(mapping + 1), "), "\(tool.output)")
    #expect(tool.output.contains("\n  \(fatal.signature): \(mapping), the smallest is "))
  }

  @Test func pruneKeepsOneOfThem() throws {
    let tool = try corpus("prune", corpus, plugin: FatalPlugin.crashes[0])
    #expect(tool.status == 0 && tool.errors == "", "\(tool)")
    #expect(tool.output.contains("same failure \(mapping - 1),"), "\(tool.output)")
    #expect(try names(corpus).count == 2)
  }

  @Test func mergeAddsOneOfThem() throws {
    let into = scratch("into")
    let tool = try corpus("merge", into, corpus, plugin: FatalPlugin.exits[1])
    // It leaves in an unmap, and none of these has one.
    #expect(tool.status == 0 && tool.errors == "", "\(tool)")
    #expect(try names(into).count == 2)
    let other = scratch("other")
    let leaving = try corpus("merge", other, corpus, plugin: FatalPlugin.exits[0])
    #expect(leaving.output.contains("same failure \(mapping - 1),"), "\(leaving)")
    #expect(try names(other).count == 2)
  }

  @Test func onePluginThatCannotBeLoadedAliveIsToldAtTheFolder() throws {
    let path = try IsolationTests.loads[0].0.build(in: scratch)
    let tool = try Tool.iopt("corpus", "stats", corpus, "--right", path)
    #expect(tool.status == 1 && tool.errors == "", "\(tool)")
    #expect(tool.output.hasPrefix("\(corpus):1: \(path) left its process by exit 0"))
  }
}

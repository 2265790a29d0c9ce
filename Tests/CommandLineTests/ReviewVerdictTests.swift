// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What iopt review says of versions that are the C port with a fault each.
@Suite struct ReviewVerdictTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private static let unmapsElsewhere =
    "if (op->kind == IOPT_OP_UNMAP_FAST) { struct iopt_op o = *op; o.iova += 4096;"
    + " return iopt_reference_subject()->run(state, &o); }"

  private func plugin(_ name: String, _ code: String) throws -> String {
    try BadPlugin(name, .run, code).build(in: scratch)
  }

  private func review(_ base: String, _ head: String, _ options: String...) throws -> Tool {
    try Tool.iopt(["review", base, head, "--no-costs", "--no-coverage"] + options)
  }

  private func count(_ text: String, in output: String) -> Int {
    output.components(separatedBy: text).count - 1
  }

  @Test func aFaultThatBothHaveIsNotBrokenByTheNewerOne() throws {
    // The older one never gets where the fault shows in a queued gather.
    let base = try plugin("base", "if (op->kind == IOPT_OP_GATHER) CRASH; " + Self.unmapsElsewhere)
    let head = try plugin("head", Self.unmapsElsewhere)
    let tool = try review(base, head, "--seconds", "3", "--shrink", "0")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("broken as before: contract unmap_fast: "), "\(tool.output)")
    #expect(!tool.output.contains("BROKEN"), "\(tool.output)")
  }

  @Test func aBrokenPromiseIsShownOnceWithAScenarioThatShowsIt() throws {
    let head = try plugin("head", Self.unmapsElsewhere)
    let tool = try review("reference", head, "--seconds", "3", "--shrink", "2")
    #expect(tool.status == 4, "\(tool.output)\(tool.errors)")
    let title = "  BROKEN, and kept by reference: contract unmap_fast: "
    #expect(count(title, in: tool.output) == 1, "\(tool.output)")
    let lines = tool.output.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix(title) })
    let scenario = lines[(start + 1)...].prefix { $0.hasPrefix("       ") }
      .map { $0.dropFirst(7) }
    #expect((3...6).contains(scenario.count), "\(scenario)")
    #expect(tool.output.contains("reproduce, with the scenario in FILE: iopt check FILE --subject"))
    let file = try scratch.file("FILE", (scenario.joined(separator: "\n") + "\n").utf8)
    #expect(try Tool.iopt("check", file, "--subject", head).status == 1)
    #expect(try Tool.iopt("check", file, "--subject", "reference").status == 0)
  }

  @Test func markdownAndRobotsHaveTheScenarioToo() throws {
    let head = try plugin("head", Self.unmapsElsewhere)
    let markdown = try review("reference", head, "--seconds", "2", "--markdown").output
    let title = /1\. BROKEN, and kept by reference: `[^`]+` in [0-9]+ scenarios?\n\n/
    let item = try #require(markdown.firstRange(of: title))
    let block = markdown[item.upperBound...]
    #expect(block.hasPrefix("```\niopt "), "\(markdown)")
    #expect(block.contains("  reproduce, with the scenario in FILE: iopt check FILE"))
    let ktap = try review("reference", head, "--seconds", "2", "--ktap").output
    let line = /\nnot ok [0-9]+ right contract unmap_fast: [a-z]/
    let result = try #require(ktap.firstRange(of: line))
    #expect(
      ktap[..<result.lowerBound].contains(
        "#   reproduce, with the scenario in FILE: iopt check FILE"))
  }

  @Test func aVersionThatDoesNotReturnIsWaitedForAFewTimes() throws {
    let head = try plugin("head", "if (op->kind == IOPT_OP_UNMAP) HANG;")
    let tool = try review("reference", head, "--seconds", "20", "--limit", "0.5")
    #expect(tool.status == 4, "\(tool.output)\(tool.errors)")
    #expect(
      tool.output.contains("Not done: more scenarios: \(head) did not return in time, 3 times"),
      "\(tool.output)")
    #expect(tool.output.contains("BROKEN, and kept by reference: process unmap: time limit"))
  }

  @Test func whatIsRecordedIsRunWhenNoFileIsNamed() throws {
    let tool = try review("reference", "reference", "--seconds", "4")
    let files = try #require(tool.output.firstMatch(of: /\(([0-9]+) from files/))
    #expect(Int(files.output.1)! > 20, "\(tool.output)")
    let named = try scratch.file(
      "one.iopt", "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=sign_extend\n".utf8)
    let other = try review("reference", "reference", named, "--seconds", "1")
    #expect(other.output.contains("(1 from files"), "\(other.output)")
  }
}

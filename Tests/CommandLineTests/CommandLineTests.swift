// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The command line as a user meets it: output, messages, exit statuses.
@Suite struct CommandLineTests {
  private static let trace = "Corpus/kernel/pt/directed-riscv-4k.iopt.gz"
  private static let disjoint =
    "Corpus/reproducers/gather-original-forgets-the-disjoint-range.iopt"

  @Test func replayOfATraceSaysWhatWasCompared() throws {
    let tool = try Tool.iopt("replay", Self.trace)
    #expect(tool.status == 0)
    #expect(
      tool.output.hasPrefix("swift, reference: 1 scenarios,") && tool.output.contains("all equal"))
    #expect(tool.errors == "")
  }

  @Test func recordedTextReplays() throws {
    let recorded = try Tool.iopt("record", Self.trace, "--subject", "reference")
    #expect(recorded.status == 0)
    let replayed = try Tool.iopt("replay", "-", "--subject", "swift", input: recorded.output)
    #expect(replayed.status == 0)
  }

  @Test func aMismatchExitsWithOneAndAReport() throws {
    let recorded = try Tool.iopt("record", Self.trace).output
    let changed = recorded.replacingOccurrences(of: "= sync 0x2000 0x2fff", with: "= sync 0x0 0x1")
    let tool = try Tool.iopt("replay", "-", input: changed)
    #expect(tool.status == 1)
    #expect(tool.output.contains("- = sync 0x0 0x1"))
    #expect(tool.output.contains("+ = sync 0x2000 0x2fff"))
    #expect(tool.output.contains("2 scenarios differ, counted for each subject"))
  }

  @Test func badTextExitsWithTwoAndOneLine() throws {
    let tool = try Tool.iopt("replay", "-", input: "iopt 1\ndomain format=riscv_65\n")
    #expect(tool.status == 2)
    #expect(tool.errors.hasPrefix("<standard input>:2:"))
    #expect(tool.errors.split(separator: "\n").count == 1)
    #expect(tool.output == "")
  }

  @Test func aMissingFileAndAMissingSubjectExitWithTwo() throws {
    let file = try Tool.iopt("replay", "nowhere.iopt")
    #expect(file.status == 2)
    #expect(file.errors.hasPrefix("nowhere.iopt: error: cannot open: No such file"))
    let subject = try Tool.iopt("replay", Self.trace, "--subject", "nobody")
    #expect(subject.status == 2)
    #expect(subject.errors.contains("expected swift, reference, kernel:TREE or the path"))
    let revision = try Tool.iopt("diff", Self.disjoint, "--left", "swift,gather=best")
    #expect(revision.status == 2)
    #expect(
      revision.errors.contains("original, always-add, proposed")
        || revision.errors.contains("original"))
  }

  @Test func badUsageExitsWithTwo() throws {
    #expect(try Tool.iopt("replay").status == 2)
    #expect(try Tool.iopt("replay", Self.trace, "--nonsense").status == 2)
    #expect(try Tool.iopt("unheard-of").status == 2)
  }

  @Test func diffOfRevisionsFindsTheKnownFault() throws {
    let same = try Tool.iopt("diff", Self.disjoint)
    #expect(same.status == 0)
    let tool = try Tool.iopt(
      "diff", Self.disjoint, "--left", "swift,gather=original", "--right", "reference")
    #expect(tool.status == 1)
    #expect(tool.output.contains("+++ reference"))
    #expect(tool.output.contains("= gather 0 0x0 0xfff queued=0"))
  }

  private struct Result: Decodable {
    struct Report: Decodable {
      var operation: Int
      var signature: String
    }
    var divergences: Int
    var reports: [Report]
  }

  @Test func jsonIsForPrograms() throws {
    let tool = try Tool.iopt(
      "diff", Self.disjoint, "--left", "reference,gather=original", "--json")
    #expect(tool.status == 1)
    let result = try JSONDecoder().decode(Result.self, from: Data(tool.output.utf8))
    #expect(result.divergences == 1)
    #expect(result.reports.first?.operation == 1)
    #expect(
      result.reports.first?.signature
        == "comparison unmap_fast: gather[2] empty on the left [no-gaps]")
  }

  private struct ReplayResult: Decodable {
    struct Report: Decodable {
      struct Side: Decodable {
        var name: String
        var observations: [String]
      }
      var file: String
      var line: Int
      var scenarioLine: Int
      var operation: Int
      var statement: String
      var headline: String
      var signature: String
      var left: Side
      var right: Side
      var reproduce: String
    }
    var subjects: [String]
    var scenarios: Int
    var statements: Int
    var observations: Int
    var mismatches: Int
    var reports: [Report]
  }

  @Test func aReplaysJSONHasEveryMemberThatIsDocumented() throws {
    let recorded = try Tool.iopt("record", Self.trace).output
    let changed = recorded.replacingOccurrences(of: "= sync 0x2000 0x2fff", with: "= sync 0x0 0x1")
    let tool = try Tool.iopt("replay", "-", "--json", "--reports", "1", input: changed)
    #expect(tool.status == 1)
    let result = try JSONDecoder().decode(ReplayResult.self, from: Data(tool.output.utf8))
    #expect(result.subjects == ["swift", "reference"])
    #expect(result.mismatches == 2)
    #expect(result.scenarios == 1 && result.statements > 1 && result.observations > 1)
    let report = try #require(result.reports.first)
    #expect(result.reports.count == 1)
    #expect(report.left.name == "recorded" && report.right.name == "swift")
    #expect(report.left.observations.contains("= sync 0x0 0x1"))
    #expect(report.right.observations.contains("= sync 0x2000 0x2fff"))
    #expect(report.file == "-" && report.scenarioLine == 1 && report.line > 1)
    #expect(report.statement.hasPrefix("unmap "))
    #expect(report.reproduce == "iopt replay - --subject swift")
  }

  @Test(arguments: [
    ["--layer", "pt"], ["--layer", "dma"], ["--layer", "both"], ["--format", "vtdss"],
  ])
  func whatIsGeneratedRunsAlikeAndRepeats(_ choice: [String]) throws {
    let arguments = ["generate", "--seed", "11", "--count", "20"] + choice
    let text = try Tool.iopt(arguments).output
    #expect(try Tool.iopt(arguments).output == text)
    let hasLayer = text.contains("\ndma queue=")
    #expect(hasLayer == (choice[1] == "dma" || choice[1] == "both"))
    if choice[0] == "--format" {
      #expect(
        text.split(separator: "\n").allSatisfy {
          !$0.hasPrefix("domain ") || $0.hasPrefix("domain format=vtdss ")
        })
    }
    #expect(try Tool.iopt("diff", "-", input: text).status == 0)
  }

  @Test(arguments: ["replay", "record", "diff", "minimize", "show", "encode", "generate"])
  func everyVerbsHelpCarriesAnExample(_ verb: String) throws {
    let tool = try Tool.iopt(verb, "--help")
    #expect(tool.status == 0)
    #expect(tool.output.contains("Example: iopt \(verb)"))
  }

  @Test func inputsGoToTextAndBack() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let generated = try Tool.iopt("generate", "--seed", "7", "--count", "1")
    #expect(generated.status == 0)
    let bytes = folder.appendingPathComponent("input").path
    let encoded = try Tool.iopt("encode", "-", "-o", bytes, input: generated.output)
    #expect(encoded.status == 0, "\(encoded.errors)")
    let shown = try Tool.iopt("show", bytes)
    #expect(shown.output == generated.output)
  }

  @Test func generationIsDeterministic() throws {
    let one = try Tool.iopt("generate", "--seed", "3", "--count", "4")
    let other = try Tool.iopt("generate", "--seed", "3", "--count", "4")
    #expect(one.output == other.output)
    #expect(one.output.split(separator: "\n").filter { $0 == "iopt 2" }.count == 4)
    #expect(try Tool.iopt("generate", "--seed", "4", "--count", "4").output != one.output)
  }
}

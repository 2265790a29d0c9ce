// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// Names and texts that would make a terminal do something are shown as escapes.
@Suite struct EscapeTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func whatATerminalObeysIsEscaped() {
    #expect("a b\\é".printable == "a b\\é")
    #expect(
      "\u{1b}[31m\n\t\u{7f}\u{9b}\u{202e}".printable == "\\x1b[31m\\n\\x09\\x7f\\u{9b}\\u{202e}")
    #expect("\u{2028}".printable == "\\u{2028}")
  }

  private static let bad = "a\u{1b}[31m\nb"

  private func isHarmless(_ tool: Tool, _ shown: String) {
    let text = tool.output + tool.errors
    #expect(!text.contains("\u{1b}"), "\(text)")
    #expect(text.contains(shown), "\(text)")
  }

  /// Every verb, on a file that is not there, on one that cannot be read, as a subject and as a
  /// value.
  @Test func namesInEveryVerb() throws {
    let shown = "a\\x1b[31m\\nb"
    let verbs = [
      "replay", "record", "diff", "check", "minimize", "show", "encode", "sweep allocations",
      "sweep contract", "corpus stats", "corpus check", "corpus prune", "corpus pack -o /nowhere/x",
    ].map { $0.split(separator: " ").map(String.init) }
    for verb in verbs {
      let tool = try Tool.iopt(verb + [folder(Self.bad)])
      #expect(tool.status == 2)
      isHarmless(tool, shown)
      #expect(tool.errors.count { $0 == "\n" } == 1)
    }
    isHarmless(try Tool.iopt(["corpus", "merge", folder("m"), folder(Self.bad)]), shown)
    isHarmless(try Tool.iopt(["corpus", "unpack", folder(Self.bad), folder("m")]), shown)
    isHarmless(try Tool.iopt(["generate", "-o", "/nowhere/\(Self.bad)"]), shown)
    isHarmless(try Tool.iopt(["diff", "x", "--left", "./\(Self.bad).so"]), shown)
    isHarmless(try Tool.iopt(["diff", "x", "--reports", Self.bad]), "a\\x1b[31m b")
    isHarmless(try Tool.iopt([Self.bad]), "a\\x1b[31m b")
  }

  @Test func namesInAReportAndInTheCommandThatReproducesIt() throws {
    // The first revision of the gather syncs on a disjoint range and never adds it.
    let text = """
      iopt 1
      domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range_no_gaps build=debug
      map 0x0 0x80000000 0x1000 rw
      map 0x10000 0x80001000 0x1000 rw
      unmap_fast 0 0x0 0x1000
      unmap_fast 0 0x10000 0x1000

      """
    let path = try folder.file(Self.bad + "'\\", text.utf8)
    let tool = try Tool.iopt("diff", path, "--left", "reference,gather=original")
    #expect(tool.status == 1, "\(tool.errors)")
    isHarmless(tool, "a\\x1b[31m\\nb'\\:")
    let line = try #require(tool.output.split(separator: "\n").first { $0.contains("reproduce: ") })
    let command = line.split(separator: ": ", maxSplits: 1)[1]
    #expect(command.contains("a\\033[31m\\012b\\'\\\\' --left reference,gather=original"))
    let again = try Tool.shell(String(command))
    #expect(again.status == 1)
    #expect(again.output == tool.output)
  }

  @Test func theFileOfAnErrorInItsText() throws {
    let path = try folder.file(Self.bad, Array("iopt 1\ndomain \u{1b}[31m\n".utf8))
    isHarmless(try Tool.iopt("diff", path), "a\\x1b[31m\\nb:2:8: error: ")
  }

  @Test func replaysReproduceLineKeepsTheGather() throws {
    let tool = try Tool.iopt(
      "replay", "Corpus/kernel/pt/amdv1-dirty.iopt.gz", "--subject", "swift,gather=original")
    #expect(tool.status == 1)
    #expect(
      tool.output.contains(
        "  reproduce: iopt replay Corpus/kernel/pt/amdv1-dirty.iopt.gz"
          + " --subject swift,gather=original\n"))
  }

  /// Everything that may stand behind `--subject`.
  @Test(arguments: ["record", "replay", "check", "diff", "minimize", "sweep contract"])
  func helpNamesWhatASubjectTakes(_ verb: String) throws {
    let help = try Tool.iopt(verb.split(separator: " ").map(String.init) + ["--help"]).output
    let words = help.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(
      words.contains(
        "swift, reference, the path of a plug-in (PATH.so), or kernel:TREE, a kernel tree (a release"
          + " that make kernel-source fetched, a folder, or DIR@REV); ,gather=R may follow, R one of"
          + " merged, original, always-add, proposed, and ,kernel=K, K one of 7.1, 7.2, 7.3, and"
          + " ,ROW=K for single rows of another release: "))
  }
}

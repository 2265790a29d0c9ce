// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What a plug-in does to its surroundings stays in its own process.
@Suite struct StrayPluginTests {
  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", IsolationTests.three.utf8)
  }

  private func diff(_ name: String, _ hook: BadPlugin.Hook, _ code: String, _ options: String...)
    throws -> Tool
  {
    let plugin = try BadPlugin(name, hook, code).build(in: scratch)
    return try Tool.iopt(["diff", file, "--left", "reference", "--right", plugin] + options)
  }

  @Test func whatItPrintsIsNotBetweenWhatTheProgramPrints() throws {
    let tool = try diff(
      "prints", .run, "extern int printf(const char *, ...); printf(\"mapping \")", "--json")
    #expect(tool.status == 0)
    let json = try JSONSerialization.jsonObject(with: Data(tool.output.utf8)) as? [String: Any]
    #expect(json?["scenarios"] as? Int == 3)
    #expect(tool.errors.contains("mapping "), "\(tool.errors)")
  }

  @Test func aCopyThatItMakesOfItselfIsNotCounted() throws {
    let tool = try diff("makes a copy", .run, "if (op->kind == IOPT_OP_MAP) fork()")
    #expect(tool.status == 0, "\(tool.output)")
    #expect(tool.output.contains(": 3 scenarios, 8 statements: no difference"), "\(tool.output)")
  }

  @Test func whatItStartsEndsWithIt() throws {
    let pid = scratch("pid")
    let tool = try diff(
      "leaves a process", .run,
      "if (op->kind == IOPT_OP_MAP) { pid_t p = fork(); if (p == 0) for (;;) pause();"
        + " int f = creat(\"\(pid)\", 0600); write(f, &p, sizeof p); _exit(0); }")
    #expect(tool.status == 1 && tool.output.contains("left its process by exit 0 in operation 0"))
    let number = try scratch.bytes("pid").reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(number > 1)
    #expect(Self.ends(number), "process \(number) goes on")
  }

  /// Whether a process is gone, or dead and waited for by nobody, within five seconds.
  private static func ends(_ number: Int) -> Bool {
    for _ in 0..<50 {
      guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
        !stat.contains(") Z ")
      else { return true }
      usleep(100_000)
    }
    return false
  }

  @Test func aSignalToItsGroupReachesNobodyElse() throws {
    let tool = try diff(
      "signals its group", .run, "if (op->kind == IOPT_OP_MAP) kill(0, SIGTERM)")
    #expect(tool.status == 1 && tool.errors == "")
    #expect(tool.output.contains(" ended its process by SIGTERM in operation 0"), "\(tool.output)")
  }

  @Test func anotherScenarioKeepsItsVerdictWhenFilesAreClosed() throws {
    let tool = try diff(
      "closes all files", .run,
      "if (op->kind == IOPT_OP_MAP) for (int i = 0; i < 256; i++) close(i);"
        + " if (opened == 3) return IOPT_CRASHED")
    #expect(tool.status == 1)
    #expect(tool.output.hasPrefix("\(file):11: "), "\(tool.output)")
    #expect(tool.output.contains("differs from reference at operation 0 of the scenario at line 9"))
    #expect(tool.output.hasSuffix(": 1 scenarios differ\n"), "\(tool.output)")
  }

  @Test func anotherScenarioIsNotRefusedForAHostThatIsWrittenOver() throws {
    let tool = try diff(
      "shrinks its host", .run, "if (op->kind == IOPT_OP_MAP) host_of_all->size = 1")
    #expect(tool.status == 1)
    #expect(tool.output.hasPrefix("\(file):6: "), "\(tool.output)")
    #expect(tool.output.contains("operation 0 of the scenario at line 4: wrote over its host"))
    #expect(!tool.output.contains("refuse"), "\(tool.output)")
    #expect(tool.output.hasSuffix(": 1 scenarios differ\n"), "\(tool.output)")
  }

  @Test func itGoesFirstWhenMemoryRunsOut() throws {
    let tool = try diff(
      "reads its score", .run,
      "char score[8] = \"\"; int f = open(\"/proc/self/oom_score_adj\", 0);"
        + " read(f, score, 7); close(f); if (atoi(score) != 1000) abort()")
    #expect(tool.status == 0, "\(tool.output)")
  }

  /// It has another reason each time.
  @Test func reasonsWithoutEndAreNotAllKept() throws {
    let plugin = try BadPlugin(
      "has many reasons", .refusal,
      "static char text[9]; static int count; text[0] = 'a' + count / 26 % 26;"
        + " text[1] = 'a' + count++ % 26; return text"
    ).build(in: scratch)
    let scenario = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\n"
    let many = try scratch.file("many.iopt", String(repeating: scenario, count: 200).utf8)
    let tool = try Tool.iopt("check", many, "--subject", plugin)
    #expect(tool.status == 3)
    #expect(tool.output.split(separator: "\n").count < 30, "\(tool.output)")
    #expect(tool.output.contains("180 scenarios not run: for other reasons"), "\(tool.output)")
  }
}

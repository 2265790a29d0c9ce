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

  /// What it does to all files of its process in the second scenario.
  static let strays = [
    BadPlugin(
      "closes every file", .run,
      "if (op->kind == IOPT_OP_MAP) for (int i = 0; i < 1024; i++) close(i);"),
    BadPlugin(
      "writes to every file", .run,
      "if (op->kind == IOPT_OP_MAP) for (int i = 3; i < 1024; i++) {"
        + " static char b[4096]; memset(b, 0x7f, sizeof b); write(i, b, sizeof b); }"),
    BadPlugin(
      "reads from every file", .run,
      "if (op->kind == IOPT_OP_MAP) for (int i = 3; i < 1024; i++) {"
        + " static char b[4096]; fcntl(i, F_SETFL, O_NONBLOCK); read(i, b, sizeof b); }"),
    BadPlugin(
      "shuts every socket", .run,
      "extern int shutdown(int, int); if (op->kind == IOPT_OP_MAP)"
        + " for (int i = 3; i < 1024; i++) shutdown(i, 2);"),
  ]

  @Test(arguments: strays)
  func aFindingComesThroughWhateverBecomesOfTheFilesOfItsProcess(_ stray: BadPlugin) throws {
    var plugin = stray
    plugin.code += " if (opened == 3) return IOPT_CRASHED"
    let path = try plugin.build(in: scratch)
    let tool = try Tool.iopt(["diff", file, "--left", "reference", "--right", path])
    #expect(tool.status == 1)
    #expect(tool.output.hasPrefix("\(file):11: "), "\(tool.output)")
    #expect(tool.output.contains("differs from reference at operation 0 of the scenario at line 9"))
    #expect(tool.output.hasSuffix(": 1 scenarios differ\n"), "\(tool.output)")
  }

  @Test(arguments: strays)
  func nothingIsWrongWithOneThatSpoilsOnlyTheFilesOfItsProcess(_ stray: BadPlugin) throws {
    let path = try stray.build(in: scratch)
    let recorded = scratch("recorded.iopt")
    let expected = scratch("expected.iopt")
    #expect(try Tool.iopt("record", file, "--subject", path, "-o", recorded).status == 0)
    #expect(try Tool.iopt("record", file, "--subject", "reference", "-o", expected).status == 0)
    #expect(try scratch.bytes("recorded.iopt") == scratch.bytes("expected.iopt"))
    let minimized = try Tool.iopt("minimize", file, "--left", "reference", "--right", path)
    #expect(minimized.status == 1 && minimized.errors.hasSuffix(": nothing is found\n"))
    let swept = try Tool.iopt("sweep", "contract", file, "--subject", path)
    #expect(swept.status == 0, "\(swept)")
  }

  @Test func itKnowsOfNoFileThatTheProgramHasOpen() throws {
    let tool = try diff(
      "counts its files", .open,
      "for (int f = 3; f < 4096; f++) if (f < 900 && fcntl(f, F_GETFD) >= 0) abort()")
    #expect(tool.status == 0, "\(tool.output)")
  }

  /// Every word that the process shares with its parent.
  private static func overwrite(_ byte: String) -> String {
    "extern void *fopen(const char *, const char *); extern char *fgets(char *, int, void *);"
      + " extern int sscanf(const char *, const char *, ...), fclose(void *);"
      + " if (op->kind == IOPT_OP_MAP) { void *f = fopen(\"/proc/self/maps\", \"r\"); char l[512], r[8];"
      + " unsigned long a, b; while (fgets(l, 512, f))"
      + " if (sscanf(l, \"%lx-%lx %7s\", &a, &b, r) == 3 && r[1] == 'w' && r[3] == 's')"
      + " memset((void *)a, \(byte), b - a); fclose(f); }"
  }

  @Test(arguments: ["0", "0xa5"])
  func noScenarioIsLostWhereItWritesOverWhatItSharesWithTheProgram(_ byte: String) throws {
    let tool = try diff("writes over \(byte)", .run, Self.overwrite(byte))
    #expect(tool.output.contains(": 3 scenarios, 8 statements"), "\(tool)")
    #expect(tool.status == 0 || tool.status == 1)
  }

  @Test func aReasonIsNotEmptyAndNotWithoutEnd() throws {
    let empty = try BadPlugin("has an empty reason", .refusal, "return \"\"").build(in: scratch)
    let none = try Tool.iopt("check", file, "--subject", empty)
    #expect(none.status == 3)
    #expect(none.output.contains(" refuses, within what it states: no reason given\n"), "\(none)")
    let long = try BadPlugin(
      "has a long reason", .refusal,
      "static char text[1 << 20]; memset(text, 'a', sizeof text - 1); return text"
    ).build(in: scratch)
    let much = try Tool.iopt("check", file, "--subject", long)
    #expect(much.status == 3 && much.output.utf8.count < 2000)
    #expect(much.output.contains("aaa ...\n"), "\(much.output.prefix(2000))")
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

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What a plug-in does to its process is a verdict, and no other scenario's verdict is another for
/// it.
@Suite struct IsolationTests {
  /// The second scenario maps and unmaps, the others look up what is not there.
  static let three = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=none
    iova_to_phys 0x1000
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=none
    map 0x1000 0x1000 0x1000 rw
    map 0x2000 0x1000 0x1000 rw
    unmap 0x1000 0x1000
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=none
    iova_to_phys 0x1000

    """

  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", Self.three.utf8)
  }

  /// The command that a report says shows it again.
  private func reproduce(_ output: String) throws -> String {
    let lines = output.split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("  reproduce: ") }, "\(output)")
    return String(line.dropFirst("  reproduce: ".count))
  }

  private struct Report: Decodable {
    struct One: Decodable {
      var oracle, file, signature, headline, reproduce: String
      var line: Int
    }
    var reports: [One]
  }

  @Test(arguments: FatalPlugin.all)
  func aFatalPluginIsAVerdictOfItsScenarioAlone(_ fatal: FatalPlugin) throws {
    let plugin = try fatal.plugin.build(in: scratch)
    let sides = ["--left", "reference", "--right", plugin, "--limit", "0.5"]
    let tool = try Tool.iopt(["diff", file] + sides)
    #expect(tool.status == 1)
    #expect(tool.errors == "")
    #expect(tool.output.hasPrefix("\(file):\(fatal.line): \(plugin) \(fatal.told)"), "\(tool)")
    #expect(tool.output.contains(": 3 scenarios, "))
    #expect(tool.output.hasSuffix(": \(fatal.scenarios) scenarios differ\n"), "\(tool.output)")
    let command = try reproduce(tool.output)
    #expect(command.hasPrefix("iopt diff \(file) --left reference --right \(plugin)"))
    let limit = fatal.signature.hasSuffix("limit") ? "" : " --limit 0.5"
    let again = try Tool.shell(command + limit)
    #expect(again.output == tool.output && again.status == 1)

    let json = try Tool.iopt(["diff", file, "--json"] + sides)
    let reports = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8)).reports
    #expect(reports.count == fatal.scenarios)
    let report = try #require(reports.first)
    #expect(report.signature == fatal.signature && report.line == fatal.line)
    #expect(report.reproduce == command && report.file == file)
  }

  @Test(arguments: [FatalPlugin.crashes[1], FatalPlugin.exits[1], FatalPlugin.hangs[0]])
  func replayCheckAndRecordSayTheSame(_ fatal: FatalPlugin) throws {
    let plugin = try fatal.plugin.build(in: scratch)
    let trace = scratch("trace.iopt")
    #expect(try Tool.iopt("record", file, "--subject", "reference", "-o", trace).status == 0)
    let replay = try Tool.iopt("replay", trace, "--subject", plugin, "--limit", "0.5")
    #expect(replay.status == 1 && replay.errors == "")
    #expect(replay.output.contains(": \(plugin) \(fatal.told.prefix(24))"))
    #expect(try reproduce(replay.output).hasPrefix("iopt replay \(trace) --subject \(plugin)"))
    #expect(replay.output.hasSuffix(": 1 scenarios differ\n"))
    let check = try Tool.iopt("check", file, "--subject", plugin, "--limit", "0.5")
    #expect(check.status == 1 && check.errors == "")
    #expect(check.output.contains("\(file):\(fatal.line): \(plugin) \(fatal.told)"))
    #expect(try reproduce(check.output).hasPrefix("iopt check \(file) --subject \(plugin)"))
    #expect(check.output.hasSuffix(": broken in 1 scenarios\n"))
    let record = try Tool.iopt("record", file, "--subject", plugin, "--limit", "0.5")
    #expect(record.status == 1)
    #expect(record.errors.hasPrefix("\(file):\(fatal.line): \(plugin) \(fatal.told)"))
    // The scenario that it does not survive is left out, the others are there.
    #expect(record.output.split(separator: "\n").filter { $0 == "iopt 1" }.count == 2)
  }

  @Test func inCloseAndInWhatAnOracleAsksItIsSaidSo() throws {
    let teardown = try BadPlugin("crashes in teardown", .teardown, "CRASH").build(in: scratch)
    let first = try Tool.iopt("check", file, "--subject", teardown)
    #expect(first.status == 1)
    #expect(
      first.output.hasPrefix(
        "\(file):3: \(teardown) ended its process by SIGSEGV in its teardown at the end of the"
          + " scenario at line 1\n"))
    let lookup = try BadPlugin(
      "crashes in lookups", .run, "if (op->kind == IOPT_OP_IOVA_TO_PHYS) CRASH"
    ).build(in: scratch)
    let second = try Tool.iopt("check", file, "--subject", lookup)
    #expect(
      second.output.contains(
        "\(file):6: \(lookup) ended its process by SIGSEGV in iova_to_phys, which an oracle asked"
          + " at operation 0 of the scenario at line 4\n"))
  }

  @Test func aCrashWhenAskedWhyItRefusesIsAVerdict() throws {
    let plugin = try BadPlugin("crashes in refusal", .refusal, "CRASH").build(in: scratch)
    let tool = try Tool.iopt("check", file, "--subject", plugin)
    #expect(tool.status == 1)
    #expect(
      tool.output.hasPrefix(
        "\(file):2: \(plugin) ended its process by SIGSEGV when asked why it refuses"
          + " the domain of the scenario at line 1\n"), "\(tool)")
  }

  static let loads = [
    (BadPlugin("leaves in a constructor", .load, "exit(0)"), "left its process by exit 0"),
    (BadPlugin("loops in a constructor", .load, "HANG"), "did not return within 0.5 s"),
    (BadPlugin("crashes in a constructor", .load, "CRASH"), "ended its process by SIGSEGV"),
    (BadPlugin("crashes when asked for its subject", .entry, "CRASH"), "ended its process by SIG"),
    (
      BadPlugin("has capabilities nowhere", .subject, "subject.capabilities = (void *)8"),
      "ended its process by SIGSEGV"
    ),
  ]

  @Test(arguments: loads)
  func aPluginThatCannotBeLoadedAliveIsAVerdict(_ plugin: BadPlugin, _ told: String) throws {
    let path = try plugin.build(in: scratch)
    for verb in [
      ["diff", file, "--right", path], ["check", file, "--subject", path],
      ["minimize", file, "--right", path],
    ] {
      let tool = try Tool.iopt(verb + ["--limit", "0.5"])
      #expect(tool.status == 1 && tool.errors == "")
      #expect(tool.output.hasPrefix("\(file):1: \(path) \(told)"))
      #expect(tool.output.contains(" while it was loaded\n"))
      #expect(try reproduce(tool.output).contains(path))
    }
  }

  @Test func aPluginThatIsNoneIsBadInput() throws {
    let version = try BadPlugin("of version 0", .subject, "subject.abi_version = 0")
      .build(in: scratch)
    let none = try BadPlugin("returns no subject", .subject, "return 0").build(in: scratch)
    let members = try BadPlugin("lacks run", .subject, "subject.run = 0").build(in: scratch)
    let symbol = scratch("symbol.so")
    let source = try scratch.file("symbol.c", "int unrelated(void) { return 0; }".utf8)
    let compiler = try Tool.run(
      "/usr/bin/env", ["clang", "-fPIC", "-shared", "-o", symbol, source])
    try #require(compiler.status == 0)
    for (path, told) in [
      (version, "built for subject ABI version 0, expected 1 or later"),
      (none, "'iopt_subject_entry' returned no subject"),
      (members, "its iopt_subject lacks a name, open, run or close"),
      (symbol, "does not export 'iopt_subject_entry'"), ("./nowhere.so", "no such file"),
    ] {
      let tool = try Tool.iopt("diff", file, "--right", path)
      #expect(tool.status == 2 && tool.output == "")
      #expect(tool.errors == "subject '\(path)': \(told)\n")
    }
  }
}

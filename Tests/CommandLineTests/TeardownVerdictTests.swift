// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A fault in teardown is a verdict of verbs whose oracles ask for none.
@Suite struct TeardownVerdictTests {
  private let scratch: ScratchFolder
  private let trace: String

  init() throws {
    scratch = try ScratchFolder()
    let file = try scratch.file("three.iopt", IsolationTests.three.utf8)
    trace = scratch("trace.iopt")
    try #require(try Tool.iopt("record", file, "--subject", "reference", "-o", trace).status == 0)
  }

  private func replay(_ plugin: String) throws -> Tool {
    try Tool.iopt("replay", trace, "--subject", plugin)
  }

  @Test func aCrashInTeardownIsFoundByReplayAndByTheContractAlone() throws {
    let plugin = try BadPlugin("crashes in teardown", .teardown, "CRASH").build(in: scratch)
    let told = " \(plugin) ended its process by SIGSEGV in its teardown at the end of the scenario"
    let replay = try replay(plugin)
    #expect(replay.status == 1 && replay.errors == "", "\(replay)")
    #expect(replay.output.contains(told), "\(replay.output)")
    #expect(replay.output.hasSuffix(": 3 scenarios differ\n"), "\(replay.output)")
    let sweep = try Tool.iopt("sweep", "contract", trace, "--subject", plugin)
    #expect(sweep.status == 1 && sweep.output.contains("ended its process by SIGSEGV"), "\(sweep)")
  }

  @Test func misuseInTeardownIsFoundByReplay() throws {
    let fatal = FatalPlugin.nonsense.first { $0.plugin.hook == .teardown }!
    let plugin = try fatal.plugin.build(in: scratch)
    let tool = try replay(plugin)
    #expect(tool.status == 1 && tool.errors == "", "\(tool)")
    #expect(tool.output.contains(" \(plugin) \(fatal.told)"), "\(tool.output)")
    #expect(tool.output.contains("\n  reproduce: iopt replay \(trace) --subject \(plugin)\n"))
  }
}

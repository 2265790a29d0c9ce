// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// One set of statuses for every verb, and no success without work.
@Suite struct ExitStatusTests {
  private let scratch: ScratchFolder
  private let plugin: String

  init() throws {
    scratch = try ScratchFolder()
    plugin = try Tool.examplePlugin(in: scratch)
  }

  /// One that the example plug-in can run.
  private static let known = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    map 0x1000 0x80001000 0x1000 rw
    iova_to_phys 0x1000

    """

  /// One that it refuses when it is opened, and one that it refuses later.
  private static let refused = """
    iopt 1
    domain format=vtdss va=48 oa=52 features=flush_range top=3
    map 0x1000 0x80001000 0x1000 rw

    """
  private static let refusedLater = known + "unmap 0x1000 0x1000\n"

  /// No subject opens it.
  private static let failing = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=full_va
    map 0x0 0x0 0x1000 r

    """

  private func diff(_ text: String) throws -> Tool {
    try Tool.iopt("diff", "-", "--left", "reference", "--right", plugin, input: text)
  }

  @Test func aRefusalIsCountedAndTheRestIsCompared() throws {
    let tool = try diff(Self.refused + Self.known + Self.refused)
    #expect(tool.status == 0 && tool.errors == "")
    #expect(tool.output.contains("  2 scenarios not run: \(plugin) refuses: knows Sv39 "))
    #expect(tool.output.hasSuffix(", 2 refused: no difference\n"), "\(tool.output)")
  }

  @Test func aRefusalInTheMiddleIsCountedToo() throws {
    let tool = try diff(Self.refusedLater + Self.known)
    #expect(tool.status == 0)
    #expect(tool.output.contains("  1 scenario not run: \(plugin) refuses: knows map "))
  }

  @Test func whereAllAreRefusedNothingIsCompared() throws {
    let tool = try diff(Self.refused)
    #expect(tool.status == 3)
    #expect(tool.output.hasSuffix(", 1 refused: nothing was compared\n"))
  }

  @Test func twoSidesThatBothFailToOpenCompareNothing() throws {
    #expect(try Tool.iopt("diff", "-", input: Self.failing).status == 3)
    #expect(try Tool.iopt("check", "-", input: Self.failing).status == 3)
  }

  @Test func aRecordedFailureToOpenIsComparedLikeAnythingElse() throws {
    let trace = try Tool.iopt("record", "-", input: Self.failing)
    #expect(trace.status == 0)
    #expect(try Tool.iopt("replay", "-", input: trace.output).status == 0)
    let other = trace.output.replacing("EOPNOTSUPP", with: "EINVAL")
    #expect(try Tool.iopt("replay", "-", input: other).status == 1)
  }

  @Test func aReplayGoesOnAfterARefusal() throws {
    let trace = try Tool.iopt(
      "record", "-", "--subject", "reference", input: Self.refused + Self.known)
    let tool = try Tool.iopt("replay", "-", "--subject", plugin, input: trace.output)
    #expect(tool.status == 0, "\(tool.output)")
    #expect(tool.output.contains(", 1 scenarios refused: all equal"))
  }

  @Test func recordingGoesOnAfterARefusal() throws {
    let tool = try Tool.iopt(
      "record", "-", "--subject", plugin, input: Self.refused + Self.known)
    #expect(tool.status == 0)
    #expect(tool.errors.hasPrefix("  1 scenario not run: "))
    #expect(tool.output.hasPrefix(Self.known.prefix(6)) && !tool.output.contains("vtdss"))
    #expect(
      try Tool.iopt("record", "-", "--subject", plugin, input: Self.refused).status == 3)
  }

  @Test func nothingToShrinkForAllIsRefused() throws {
    let tool = try Tool.iopt("minimize", "-", "--right", plugin, input: Self.refused)
    #expect(tool.status == 3 && tool.output == "")
  }

  @Test func aSweepInWhichAllIsRefusedJudgesNothing() throws {
    let file = try scratch.file("refused.iopt", Self.refused.utf8)
    let tool = try Tool.iopt("sweep", "allocations", file, "--right", plugin)
    #expect(tool.status == 3, "\(tool.output)")
    #expect(try Tool.iopt("sweep", "contract", file, "--subject", plugin).status == 3)
  }

  /// A plug-in that says that it tells no stores is compared without them, and counted.
  @Test func aSubjectThatTellsNoStoresIsComparedWithoutThem() throws {
    let silent = try Tool.examplePlugin(
      in: scratch,
      replacing: [
        ("iopt_log_store(d->host->log, pa, 1, word, 0);", ""), (".stores = 1", ".stores = 0"),
      ])
    let tool = try Tool.iopt(
      "diff", "-", "--left", "reference", "--right", silent, input: Self.known)
    #expect(tool.status == 0, "\(tool.output)")
    #expect(tool.output.contains("  1 scenarios compared without stores: a subject tells none"))
    let broken = try Tool.examplePlugin(
      in: scratch,
      replacing: [
        ("iopt_log_store(d->host->log, pa, 1, word, 0);", ""), (".stores = 1", ".stores = 0"),
        ("pte |= PTE_W | PTE_D;", "pte |= PTE_W;"),
      ])
    let found = try Tool.iopt(
      "diff", "-", "--left", "reference", "--right", broken, input: Self.known)
    #expect(found.status == 1)
    #expect(found.output.contains("first difference: pte, value"))
  }
}

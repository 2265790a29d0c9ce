// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// What goes wrong while no subject is being called, and what hangs on what ran before.
@Suite struct OutsideOfCallsTests {
  private let scratch: ScratchFolder
  private let file: String

  init() throws {
    scratch = try ScratchFolder()
    file = try scratch.file("three.iopt", IsolationTests.three.utf8)
  }

  /// It gets a signal late in the run; the handler stays where it is outside of the plug-in's own
  /// operations.
  private static let handler = """
    static volatile int is_inside;
    static void stay(int number) { if (!is_inside) for (;;) pause(); ualarm(100, 0); }
    """

  @Test(arguments: [0, 1])
  func whatHangsWhereverItIsEndsAndIsTold(_ side: Int) throws {
    let plugin = try BadPlugin(
      "hangs outside", .run,
      "is_inside = 1; if (opened == 400) { signal(SIGALRM, stay); ualarm(100, 0); }"
        + " uint32_t status = iopt_reference_subject()->run(state, op); is_inside = 0; return status",
      before: Self.handler
    ).build(in: scratch)
    let many = try scratch.file(
      "many.iopt", (1...200).map { _ in IsolationTests.three }.joined().utf8)
    var sides = ["reference", "reference"]
    sides[side] = plugin
    let tool = try Tool.iopt(
      "diff", many, "--left", sides[0], "--right", sides[1], "--limit", "0.5")
    #expect(tool.status == 1 && tool.errors == "")
    #expect(tool.output.contains(": 600 scenarios, "), "\(tool.output)")
    #expect(tool.output.hasSuffix(": 1 scenarios differ\n"), "\(tool.output)")
    #expect(
      tool.output.contains("outside of calls") || tool.output.contains("did not return within"))
  }

  static let late = [
    BadPlugin(
      "crashes for what ran before", .run,
      "static int maps; if (op->kind == IOPT_OP_MAP && ++maps == 3) CRASH"),
    BadPlugin(
      "answers otherwise for what ran before", .run,
      "static int maps; if (op->kind == IOPT_OP_MAP && ++maps == 3) return IOPT_CRASHED"),
  ]

  @Test(arguments: late)
  func minimizeTellsWhatAScenarioDoesNotShowAlone(_ late: BadPlugin) throws {
    let plugin = try late.build(in: scratch)
    let twice = try scratch.file("twice.iopt", (IsolationTests.three + IsolationTests.three).utf8)
    let tool = try Tool.iopt("minimize", twice, "--left", "reference", "--right", plugin)
    #expect(tool.status == 1 && tool.output == "", "\(tool)")
    #expect(tool.errors.contains("\(twice): scenario 5: "), "\(tool.errors)")
    #expect(tool.errors.contains(": only for what ran before it in its process"))
  }

  /// Each candidate's maps count: the shrinker takes one for the fault that only follows on others.
  @Test func whatMinimizePrintsShowsTheFaultAlone() throws {
    let plugin = try BadPlugin(
      "crashes at the second map of its process", .run,
      "static int maps; if (op->kind == IOPT_OP_MAP && ++maps >= 2) return IOPT_CRASHED"
    ).build(in: scratch)
    let core = scratch("core.iopt")
    let sides = ["--left", "reference", "--right", plugin]
    let tool = try Tool.iopt(["minimize", file, "-o", core] + sides)
    #expect(tool.status == 0, "\(tool)")
    #expect(try Tool.iopt(["diff", core] + sides).status == 1)
  }

  @Test func aSweepOfTheContractGivesUpWhereNothingReturns() throws {
    let plugin = try BadPlugin("never returns", .run, "HANG").build(in: scratch)
    let tool = try Tool.iopt(
      "sweep", "contract", "--subject", plugin, "--limit", "0.05", "--reports", "1",
      "--artifacts", scratch("artifacts"))
    #expect(tool.status == 1, "\(tool)")
    #expect(tool.output.contains("… given up: too many processes were lost\n"), "\(tool.output)")
  }

  @Test func aTraceIsNotReplayedOnASubjectThatListens() throws {
    let trace = "Corpus/kernel/pt/directed-riscv-4k.iopt.gz"
    let tool = try Tool.iopt("replay", trace, "--subject", "reference,listen")
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.contains("subject 'reference,listen': a trace has no line"), "\(tool)")
    #expect(tool.errors.split(separator: "\n").count == 1)
  }
}

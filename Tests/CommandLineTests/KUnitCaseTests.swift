// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Exported cases, compiled with the code of kernel trees and run in user space.
@Suite(.serialized) struct KUnitCaseTests {
  /// What they do was recorded.
  private static let trees = [FetchedTree("7.2"), FetchedTree("7.3")]
  private static let areThere = trees.allSatisfy(\.isRecorded)
  private static let needs = trees.first { !$0.isRecorded }?.needsRecorded ?? "needs trees"
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  /// The outcome of running files with cases on a release.
  private func run(_ release: String, _ files: [String]) throws -> Tool {
    try Tool.iopt(["kernel", "kunit", release] + files.flatMap { ["--case", $0] })
  }

  private func export(_ name: String, _ arguments: String...) throws -> String {
    let file = scratch(name)
    let tool = try Tool.iopt(["export", "kunit", "-o", file] + arguments)
    try #require(tool.status == 0, "\(tool.errors)")
    return file
  }

  @Test(.enabled(if: areThere, needs)) func whatWasMendedIn73FailsIn72AndPassesIn73() throws {
    let inside = "Documentation/kunit-examples/dirty-inside-a-leaf.iopt"
    let page = try String(
      contentsOf: Tool.root.appendingPathComponent(
        "Documentation/findings/dirty-item-unreported.md"), encoding: .utf8)
    let scenario = try #require(page.firstMatch(of: /```iopt\n([^`]*)```/)).1
    let finding = try scratch.file("case.iopt", String(scenario).utf8)
    let files = [
      try export("row.c", "--change", "dirty"), try export("inside.c", inside),
      try export("finding.c", finding, "--expect", "swift,kernel=7.3"),
      try export("promise.c", "--change", "dirty", "--expect", "contract"),
    ]
    let older = try run("7.2", files)
    #expect(older.status == 1, "\(older)")
    for name in ["dirty_1", "dirty_inside_a_leaf_2", "case_1"] {
      #expect(older.output.contains(" test_\(name): "), "\(older.output)")
    }
    #expect(older.output.components(separatedBy: "failed: ").count == 5, "\(older.output)")
    #expect(
      older.output.contains("0x1000 not recorded dirty: read_and_clear_dirty 0 0x0 0x2000 clear"))
    let newer = try run("7.3", files)
    #expect(newer.status == 0, "\(newer)")
    #expect(newer.output.components(separatedBy: "passed: ").count == 5, "\(newer.output)")
  }

  /// A kernel does as it was recorded: its traces are cases that it passes.
  @Test(.enabled(if: areThere, needs), arguments: ["7.2", "7.3"])
  func aReleasePassesTheCasesOfItsOwnTraces(_ release: String) throws {
    let folder = Tool.root.appendingPathComponent("Corpus/kernel/\(release)/pt").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let traces = names.filter { $0.hasPrefix("directed") }.map { "\(folder)/\($0)" }
    let file = scratch("traces.c")
    let tool = try Tool.iopt(["export", "kunit", "-o", file] + traces)
    #expect(tool.status == 0 && traces.count > 5, "\(tool.errors)")
    let count = try #require(tool.errors.firstMatch(of: /(\d+) cases written/)).1
    #expect(Int(count)! >= 40, "\(tool.errors)")
    let run = try run(release, [file])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  /// The changes that a release has, as cases, and what KUnit does not see of the others.
  @Test(.enabled(if: areThere, needs)) func aReleasePassesTheCasesOfTheChangesItHas() throws {
    let page = try String(
      contentsOf: Tool.root.appendingPathComponent("Documentation/history.md"), encoding: .utf8)
    let changes = page.matches(of: /KUnit: `iopt export kunit --change (\S+)`/).map {
      String($0.1)
    }
    #expect(changes.count >= 10)
    let file = try export("changes.c", changes.flatMap { ["--change", $0] })
    let newer = try run("7.3", [file])
    #expect(newer.status == 0, "\(newer.output)")
    let older = try run("7.2", [file])
    #expect(older.output.components(separatedBy: "failed: ").count == 2, "\(older.output)")
    #expect(older.output.contains("failed: iommu_pt_changes_amdv1 test_dirty_1: "))
  }

  private func export(_ name: String, _ arguments: [String]) throws -> String {
    let file = scratch(name)
    let tool = try Tool.iopt(["export", "kunit", "-o", file] + arguments)
    try #require(tool.status == 0, "\(tool.errors)")
    return file
  }

  /// The code before a fix, in a tree that is 7.3 but for one line.
  @Test(.enabled(if: areThere, needs)) func aFaultThatAKernelHadFailsTheCaseOfItsChange() throws {
    let tree = try EditedTree(
      of: Tool.root.appendingPathComponent(".kernel/7.3").path,
      EditedTree.Edit(
        name: "length", function: "unmap_range", expression: "iova, unmap.unmapped",
        replacement: "iova, len"),
      in: scratch)
    let file = try export("length.c", "--change", "gather-of-the-length-asked-for")
    let run = try run(tree.path, [file])
    #expect(run.status == 1 && run.output.contains("KUNIT_EXPECT_EQ(sync->end, end)"), "\(run)")
  }

  @Test(.enabled(if: areThere, needs)) func aFileThatDoesNotCompileIsBadInput() throws {
    let text = "#define PTPFX_RAW vtdss\nint f(void) { return g(); }\n"
    let file = try scratch.file("bad.c", text.utf8)
    let tool = try run("7.3", [file])
    #expect(tool.status == 2 && tool.errors.contains("does not compile: "), "\(tool)")
    let none = try run("7.3", [scratch("none.c")])
    #expect(none.status == 2 && none.errors.contains("none.c: no such file"), "\(none)")
    let other = try run("7.3", [try scratch.file("other.c", "int nothing;\n".utf8)])
    #expect(other.status == 2 && other.errors.contains("(#define PTPFX_RAW)"), "\(other)")
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `iopt-coverage`: what was not reached, and whether there is a reason for each.
@Suite struct CoverageListTests {
  /// A function as `llvm-cov export` writes it: regions are first line, last line and count.
  private func function(_ name: String, _ regions: [(Int, Int, Int)]) -> String {
    let list = regions.map { "[\($0.0), 3, \($0.1), 9, \($0.2), 0, 0, 0]" }
    return """
      {"name": "\(name)", "filenames": ["\(Tool.root.path)/Fuzz/reference/walk.h"], \
      "regions": [\(list.joined(separator: ", "))]}
      """
  }

  private func list(_ functions: [String], reasons: [String]) throws -> Tool {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-coverage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let export = folder.appendingPathComponent("export.json")
    let table = folder.appendingPathComponent("reasons.md")
    let json = "{\"data\": [{\"functions\": [\(functions.joined(separator: ","))]}]}"
    try Data(json.utf8).write(to: export)
    let rows = reasons.map { "| `reference/walk.h` | `\($0)` | never mind |\n" }
    try Data(rows.joined().utf8).write(to: table)
    return try Tool.run(
      Tool.product("iopt-coverage"), [export.path, table.path, "reference"])
  }

  @Test func aRegionCountsAsReachedWhenOneInstanceWas() throws {
    let tool = try list(
      [
        function("riscv.c:walk", [(1, 9, 4), (3, 4, 0), (6, 7, 2)]),
        function("amdv1.c:walk", [(1, 9, 4), (3, 4, 1), (6, 7, 0)]),
      ], reasons: [])
    #expect(tool.errors == "")
    #expect(tool.status == 0)
    #expect(tool.output.hasSuffix("reference: 3 of 3 regions reached\n"))
  }

  /// The debug build of the C port has other names for functions, by macros.
  @Test func aRegionThatBeginsWithAMacroIsThatOfTheInstanceWithout() throws {
    let files = ["reference/walk.h", "reference/names.h"].map { "\"\(Tool.root.path)/Fuzz/\($0)\"" }
    let debug = """
      {"name": "walk_debug", "filenames": [\(files.joined(separator: ", "))], "regions": [
        [1, 3, 9, 9, 1, 0, 0, 0], [3, 3, 3, 8, 1, 0, 1, 1], [3, 8, 4, 9, 1, 0, 0, 0],
        [7, 9, 7, 20, 1, 1, 0, 0]]}
      """
    let tool = try list([function("walk", [(1, 9, 1), (3, 4, 0)]), debug], reasons: [])
    #expect(tool.errors == "")
    #expect(tool.output.hasSuffix("reference: 2 of 2 regions reached\n"))
  }

  @Test func anUnreachedRegionIsListedOnceWithItsReason() throws {
    let tool = try list(
      [function("riscv.c:walk", [(1, 9, 4), (3, 6, 0), (4, 5, 0)])], reasons: ["walk"])
    #expect(tool.status == 0)
    #expect(
      tool.output.hasPrefix("reference/walk.h: walk\n  3-6: \n  reason: never mind\n\nreference:"))
  }

  @Test func aFunctionWithoutAReasonFails() throws {
    let tool = try list([function("walk", [(1, 9, 0)])], reasons: [])
    #expect(tool.status == 1)
    #expect(tool.errors == "reference/walk.h: walk: not reached, and no reason is given\n")
  }

  @Test func aReasonForNothingFails() throws {
    let tool = try list([function("walk", [(1, 9, 1)])], reasons: ["walk"])
    #expect(tool.status == 1)
    #expect(
      tool.errors == "reference/walk.h: walk: a reason is given, but nothing in it is unreached\n")
  }

  @Test func twoReasonsForOneFunctionFail() throws {
    let tool = try list([function("walk", [(1, 9, 0)])], reasons: ["walk", "walk"])
    #expect(tool.status == 1)
    #expect(tool.errors == "reference/walk.h: walk: more than one reason is given\n")
  }

  @Test func whatAClosureDoesIsLaidToTheFunctionAroundIt() throws {
    let tool = try list(
      [function("closure #1 in implicit closure #2 in Walker.walk(_:)", [(1, 9, 0)])],
      reasons: ["Walker.walk(_:)"])
    #expect(tool.status == 0)
  }
}

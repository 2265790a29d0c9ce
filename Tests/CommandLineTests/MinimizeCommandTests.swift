// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `iopt minimize` as a user meets it.
@Suite struct MinimizeCommandTests {
  private static let disjoint =
    "Corpus/reproducers/gather-original-forgets-the-disjoint-range.iopt"

  /// The same fault among operations that it does not need.
  private static let longer = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range_no_gaps build=debug
    map 0x0 0x80000000 0x1000 rw
    map 0x10000 0x80001000 0x1000 rw
    unmap_fast 0 0x0 0x1000
    unmap_fast 0 0x10000 0x1000
    iotlb_sync 0

    """

  private func minimize(_ file: String, input: String? = nil) throws -> Tool {
    try Tool.iopt("minimize", file, "--left", "reference,gather=original", input: input)
  }

  private func scratch(_ name: String) -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-\(UUID().uuidString)-\(name)").path
  }

  @Test func theResultIsSmallerAndStillDiffers() throws {
    let tool = try minimize("-", input: Self.longer)
    #expect(tool.status == 0)
    #expect(tool.errors == "")
    #expect(tool.output.hasPrefix("iopt 2\ndomain format=riscv_64 kernel=7.3 "))
    #expect(tool.output.split(separator: "\n").count == 4)
    let again = try Tool.iopt(
      "diff", "-", "--left", "reference,gather=original", "--right", "reference",
      input: tool.output)
    #expect(again.status == 1)
    #expect(try minimize("-", input: tool.output).output == tool.output)
  }

  /// What only Linux 7.1 does is shown by nothing newer.
  @Test func theResultStaysInVersion1WhereTheNewestReleaseDoesNotShowIt() throws {
    let input = """
      iopt 1
      domain format=x86_64 va=48 oa=52 features=sign_extend top=3
      iova_to_phys 0x800000000000

      """
    let tool = try Tool.iopt(
      "minimize", "-", "--subject", "swift", "--oracle", "contract", "--forbid", "errnoAsAddress",
      input: input)
    #expect(tool.status == 0)
    #expect(tool.output.hasPrefix("iopt 1\n"), "\(tool.output)\(tool.errors)")
  }

  @Test func theResultGoesToAFile() throws {
    let output = scratch("core.iopt")
    defer { try? FileManager.default.removeItem(atPath: output) }
    let tool = try Tool.iopt(
      "minimize", "-", "-o", output, "--left", "reference,gather=original", input: Self.longer)
    #expect(tool.status == 0)
    #expect(
      tool.output.hasPrefix(
        "\(output): 5 operations shrunk to 2"
          + " (comparison unmap_fast: gather[2] empty on the left [no-gaps]; "))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == minimize(Self.disjoint).output)
  }

  @Test func aFuzzInputIsTakenToo() throws {
    let input = scratch("input")
    defer { try? FileManager.default.removeItem(atPath: input) }
    #expect(try Tool.iopt("encode", Self.disjoint, "-o", input).status == 0)
    #expect(try minimize(input).output == minimize(Self.disjoint).output)
  }

  @Test func sidesThatDoNotDifferExitWithOne() throws {
    let tool = try Tool.iopt("minimize", Self.disjoint, "--left", "reference")
    #expect(tool.status == 1)
    #expect(tool.output == "")
    #expect(tool.errors == "\(Self.disjoint): reference and reference: nothing is found\n")
  }

  @Test func badInputExitsWithTwoAndWritesNothing() throws {
    let output = scratch("never.iopt")
    let tool = try Tool.iopt("minimize", "-", "-o", output, input: "iopt 1\nnonsense\n")
    #expect(tool.status == 2)
    #expect(tool.errors.hasPrefix("<standard input>:2:1: error: "))
    #expect(try minimize("-", input: "a slip of the pen\n").status == 2)
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func aPlaceThatCannotBeWrittenExitsWithTwo() throws {
    let tool = try Tool.iopt(
      "minimize", Self.disjoint, "-o", "/nowhere/core.iopt", "--left", "reference,gather=original")
    #expect(tool.status == 2)
    #expect(tool.errors.contains("cannot create: No such file"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A kernel tree's own KUnit cases, alone and as a part of a review.
@Suite(.serialized) struct KernelCasesTests {
  private static let linux = FetchedTree("7.3")
  private static let tree = linux.path
  /// The edits are of its text.
  private static let isThere = linux.isRecorded
  private static let needs = linux.needsRecorded
  /// Nothing but a case asks a format for this.
  private static let attributes = EditedTree.Edit(
    name: "attributes", file: "drivers/iommu/generic_pt/fmt/vtdss.h",
    function: "vtdss_pt_attr_from_entry", expression: "attrs->descriptor_bits =",
    replacement: "attrs->descriptor_bits = 1 |")
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func iopt(_ arguments: String, _ environment: String = "") throws -> Tool {
    try Tool.shell("export \(EditedTree.environmentOfCases) \(environment); iopt \(arguments)")
  }

  private func edited(_ edit: EditedTree.Edit) throws -> String {
    try EditedTree(of: Self.tree, edit).path
  }

  @Test(.enabled(if: isThere, needs)) func allFormatsCasesAreRunAndPass() throws {
    let tool = try iopt("kernel kunit 7.3")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    for format in ["amdv1", "riscv_64", "vtdss", "x86_64"] {
      let line = tool.output.split(separator: "\n").first { $0.hasPrefix("\(format): ") }
      #expect(line?.contains(" passed, ") == true, "\(tool.output)")
    }
    let list = try iopt("kernel kunit 7.3 --list")
    #expect(list.output.contains("passed: vtdss_iommu_test test_random_map vtdss_cfg_0\n"))
    #expect(list.output.contains("skipped: vtdss_iommu_test test_increase_level vtdss_cfg_0: "))
  }

  @Test(.enabled(if: isThere, needs)) func aClaimThatDoesNotHoldIsToldInItsWords() throws {
    let tool = try iopt("kernel kunit '\(try edited(Self.attributes))'")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    #expect(
      tool.output.contains("FAILED: vtdss_fmt_test test_attr_from_entry (vtdss_cfg_0, "),
      "\(tool.output)")
    #expect(tool.output.contains("kunit_generic_pt.h:"), "\(tool.output)")
    #expect(tool.output.contains("KUNIT_ASSERT_EQ(good_entry, pts->entry): 0x"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aCaseThatCrashesOrHangsFailsAndTheOthersAreRun() throws {
    let edit = EditedTree.Edit(
      name: "crash", file: "drivers/iommu/generic_pt/fmt/vtdss.h",
      function: "vtdss_pt_entry_is_write_dirty", expression: "return READ_ONCE(*tablep)",
      replacement: "while (pts->range->top_level == 2) barrier();"
        + " *(volatile int *)16 = 1; return READ_ONCE(*tablep)")
    let path = try EditedTree(of: Self.tree, edit, onlyFormat: "vtdss").path
    let tool = try iopt("kernel kunit '\(path)'", "LOCKSTEP_KUNIT_LIMIT=8")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    let dirty = "FAILED: vtdss_fmt_test test_dirty"
    #expect(tool.output.contains("\(dirty) (vtdss_cfg_0): hangs: it took more than 8 seconds"))
    #expect(
      tool.output.contains("\(dirty) (vtdss_cfg_1, vtdss_cfg_2): crashes: Segmentation fault"))
    #expect(tool.output.contains("vtdss: 54 passed, 3 failed, "), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func casesThatDoNotCompileAreSkippedWithTheReason() throws {
    let edit = EditedTree.Edit(
      name: "uncompiled", file: "drivers/iommu/generic_pt/kunit_iommu.h",
      function: "pt_kunit_priv_init", expression: "spin_lock_init(&priv->top_lock)",
      replacement: "spin_lock_new(&priv->top_lock)")
    let tool = try iopt("kernel kunit '\(try edited(edit))'")
    #expect(tool.status == 3, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("skipped: x86_64: its cases do not compile: "), "\(tool.output)")
    #expect(tool.output.contains("spin_lock_new"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aTreeWithoutCasesIsSkippedWithTheReason() throws {
    let path = try EditedTree(of: Self.tree, Self.attributes, in: scratch).path
    try FileManager.default.removeItem(atPath: "\(path)/drivers/iommu/generic_pt/kunit_iommu.h")
    let tool = try iopt("kernel kunit '\(path)'")
    #expect(tool.status == 3, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("skipped: "), "\(tool.output)")
    #expect(tool.output.contains("has no KUnit cases for its page tables"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aReviewTellsWhichCasesTheNewerTreeBreaks() throws {
    let path = try edited(Self.attributes)
    // The recorded scenarios that are no table of VT-d say nothing of its cases.
    let few = "Corpus/kernel/pt/directed-vtdss*.iopt.gz --seconds 1 --no-costs --no-lines"
    let review = "review kernel:7.3 'kernel:\(path)' \(few)"
    let tool = try iopt(review)
    #expect(tool.status == 4, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("nothing differs"), "\(tool.output)")
    #expect(
      tool.output.contains("BROKEN, and passed by kernel:7.3: vtdss_fmt_test test_attr_from_entry"),
      "\(tool.output)")
    #expect(tool.output.contains("x86_64: both "), "\(tool.output)")
    let robot = try iopt("\(review) --ktap")
    #expect(robot.output.contains("\nok 5 cases x86_64\n"), "\(robot.output)")
    #expect(robot.output.contains("\nnot ok 6 cases vtdss_fmt_test test_attr"), "\(robot.output)")
    // The other way round it is mended.
    let back = try iopt("review 'kernel:\(path)' kernel:7.3 \(few)")
    #expect(back.status == 0, "\(back.output)\(back.errors)")
    #expect(back.output.contains("mended: vtdss_fmt_test test_attr_from_entry"), "\(back.output)")
    // Without them nothing is broken.
    let without = try iopt("\(review) --no-cases")
    #expect(without.status == 0 && !without.output.contains("KUnit"), "\(without.output)")
  }

  @Test func aTreeThatIsNotThereIsBadInput() throws {
    let tool = try Tool.iopt("kernel", "kunit", "/nowhere")
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.contains("kernel:/nowhere: no such folder"))
  }
}

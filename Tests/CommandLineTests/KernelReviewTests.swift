// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// iopt review on real faults that the kernel once had, brought back into a copy of its tree by an
/// edit each.
@Suite(.serialized) struct KernelReviewTests {
  private static let linux = FetchedTree("7.3")
  private static let tree = linux.path
  /// The edits are of its text.
  private static let isThere = linux.isRecorded
  private static let needs = linux.needsRecorded

  /// What a review says of an edit, without what KernelCasesTests and KernelLinesTests look at, which
  /// takes longest. Scenarios are made by time: a machine that has little of it gets more.
  private func review(_ edit: EditedTree.Edit, until names: [String]) throws -> Tool {
    let edited = try EditedTree(of: Self.tree, edit, onlyFormat: "vtdss")
    return try review(
      "\(EditedTree.environment) iopt review kernel:7.3 'kernel:\(edited.path)'"
        + " --shrink 3 --no-cases --no-lines", until: names)
  }

  private func review(_ command: String, until names: [String]) throws -> Tool {
    var tool: Tool
    var seconds = [3, 12, 60][...]
    repeat {
      tool = try Tool.shell("\(command) --no-costs --seconds \(seconds.removeFirst())")
    } while !seconds.isEmpty && !names.contains(where: tool.output.contains)
    return tool
  }

  /// The promise is named as broken, once, with a scenario.
  private func expectBroken(_ promise: String, in tool: Tool) throws {
    #expect(tool.status == 4, "\(tool.output)\(tool.errors)")
    let parts = tool.output.components(separatedBy: "BROKEN, and kept by kernel:7.3: \(promise): ")
    try #require(parts.count == 2, "\(tool.output)")
    #expect(parts[1].contains("\n       iopt "))
    #expect(parts[1].contains("reproduce, with the scenario in FILE: iopt check FILE --subject"))
  }

  @Test(.enabled(if: linux.isThere, linux.needs)) func anUnchangedTreeHasNoDifference() throws {
    let tool = try Tool.shell(
      "\(EditedTree.environmentOfCases) iopt review kernel:7.3 kernel:7.3 --seconds 2 --no-costs")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("no difference in "))
  }

  private static let older = FetchedTree("7.2")

  /// However busy the machine: what is known to show something comes first.
  @Test(
    .enabled(if: older.isRecorded, older.needsRecorded),
    .enabled(if: linux.isRecorded, linux.needsRecorded))
  func whatIsKnownToDifferBetweenTwoReleasesIsFoundAtOnce() throws {
    let tool = try Tool.iopt(
      "review", "kernel:7.2", "kernel:7.3", "--seconds", "1", "--shrink", "0", "--no-costs",
      "--no-cases", "--no-lines", "--no-coverage")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    for difference in [
      "comparison read_and_clear_dirty: dirty", "comparison dma_map_sg: ",
      "comparison dma_iova_destroy: ", "departure that is gone: listWithEmptyPiece",
    ] {
      #expect(tool.output.contains(difference), "\(tool.output)")
    }
    #expect(!tool.output.contains("BROKEN"))
    #expect(tool.output.contains("without the guidance of coverage: --no-coverage"))
  }

  @Test(.enabled(if: isThere, needs)) func theQueuedCheckDroppedIsNamed() throws {
    let tool = try review(
      .init(
        name: "queued", function: "gather_range_pending",
        expression: "!iommu_iotlb_gather_queued(iotlb_gather)", replacement: "true"),
      until: ["BROKEN, and kept by kernel:7.3: hardware unmap_fast: sync-while-queued"])
    try expectBroken("hardware unmap_fast: sync-while-queued", in: tool)
    #expect(tool.output.contains("departure that is gone: queuedGatherSynced"), "\(tool.output)")
    #expect(tool.output.contains("comparison unmap_fast: gather[2]"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aRangeThatIsNotAddedIsABrokenPromise() throws {
    let tool = try review(
      .init(
        name: "range", function: "gather_range_pending",
        expression: "iommu_iotlb_gather_add_range(iotlb_gather, iova, len)",
        replacement: "(void)len"),
      until: ["BROKEN, and kept by kernel:7.3: hardware unmap: missing-sync"])
    try expectBroken("hardware unmap: missing-sync", in: tool)
    #expect(tool.output.contains("comparison unmap: sync/nothing"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func theLengthAskedForInsteadOfTheLengthUnmappedIsNamed()
    throws
  {
    let tool = try review(
      .init(
        name: "length", function: "unmap_range",
        expression: "iommu_table, iova, unmap.unmapped", replacement: "iommu_table, iova, len"),
      until: ["BROKEN, and kept by kernel:7.3: hardware unmap: sync-arguments"])
    try expectBroken("hardware unmap: sync-arguments", in: tool)
    #expect(tool.output.contains("comparison unmap"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func aTableThatIsFreedBeforeItIsUnlinkedIsNamed() throws {
    let tool = try review(
      .init(
        name: "freed", function: "__unmap_range",
        expression: "gather_add_table(&unmap->pending, &pts, pts.table_lower)",
        replacement: "iommu_free_pages(pts.table_lower)"),
      until: ["BROKEN, and kept by kernel:7.3: hardware unmap: free-while-linked"])
    try expectBroken("hardware unmap: free-while-linked", in: tool)
    #expect(tool.output.contains("comparison unmap: sync/free"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func theDirtyFixUndoneIsNamed() throws {
    let tool = try review(
      .init(
        name: "dirty", function: "record_dirty",
        expression: "log2_set_mod(pts->range->va, 0, lg2sz)", replacement: "pts->range->va"),
      until: ["BROKEN, and kept by kernel:7.3: hardware read_and_clear_dirty: dirty-unreported"])
    try expectBroken("hardware read_and_clear_dirty: dirty-unreported", in: tool)
    #expect(tool.output.contains("comparison read_and_clear_dirty: dirty"), "\(tool.output)")
  }

  @Test(.enabled(if: isThere, needs)) func theUncheckedFastPathIsNamed() throws {
    let tool = try review(
      .init(
        name: "fast-path", function: "map_range",
        expression: "likely(pgsize_bitmap & PAGE_SIZE)", replacement: "true"),
      until: ["BROKEN, and kept by kernel:7.3: hardware map: page-size-bitmap"])
    try expectBroken("hardware map: page-size-bitmap", in: tool)
    #expect(tool.output.contains("comparison map: "), "\(tool.output)")
  }

  /// Among those that were written by hand: a mask seldom ends there by chance.
  @Test(.enabled(if: isThere, needs)) func aCachedRangeThatAMaskEndsInIsABrokenPromise() throws {
    let tool = try review(
      .init(
        name: "cached-range", file: "drivers/iommu/iova.c", function: "iova_rcache_get",
        expression: "limit_pfn - size", replacement: "limit_pfn"),
      until: ["BROKEN, and kept by kernel:7.3: contract dma_map: ownership"])
    try expectBroken("contract dma_map: ownership", in: tool)
    #expect(tool.output.contains("comparison dma_map: iova_alloc[1]"), "\(tool.output)")
  }

  @Test func aSideThatCannotBeBuiltIsSkippedByABisection() throws {
    let plain = try Tool.iopt("review", "swift", "kernel:/nowhere")
    #expect(plain.status == 2)
    #expect(plain.errors.contains("kernel:/nowhere: no such folder"))
    let bisect = try Tool.iopt("review", "swift", "kernel:/nowhere", "--bisect")
    #expect(bisect.status == 125)
  }

  @Test func nothingComparedIsNoSuccess() throws {
    #expect(try Tool.iopt("review", "swift", "reference", "--seconds", "0").status == 3)
    let bisect = try Tool.iopt("review", "swift", "reference", "--seconds", "0", "--bisect")
    #expect(bisect.status == 125)
  }

  @Test func twoReleasesOfOneSideDifferInTheirRows() throws {
    let tool = try review(
      "iopt review reference,kernel=7.2 reference,kernel=7.3 --ktap",
      until: [" behaviour comparison read_and_clear_dirty"])
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    #expect(tool.output.hasPrefix("KTAP version 1\n1.."))
    #expect(tool.output.contains("\nnot ok "))
    #expect(tool.output.contains(" behaviour comparison read_and_clear_dirty"))
  }
}

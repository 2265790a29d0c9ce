// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A shift past the word in a tree's code outside of the formats, whose own shifts are another matter:
/// Documentation/kernel-subject.md.
@Suite struct KernelShiftTests {
  private static let linux = FetchedTree("7.3")

  private static let edits = [
    EditedTree.Edit(
      name: "iova-shift", file: "drivers/iommu/iova.c", function: "__alloc_and_insert_iova_range",
      expression: "fls_long(size - 1)", replacement: "fls_long(size - 1) + 64"),
    EditedTree.Edit(
      name: "core-shift", file: "drivers/iommu/iommu.c", function: "iommu_map_nosync",
      expression: "map_range(pt, iova, paddr",
      replacement: "map_range(pt, iova << (64 + size % 2), paddr"),
    EditedTree.Edit(
      name: "dma-shift", file: "drivers/iommu/dma-iommu.c", function: "iommu_dma_alloc_iova",
      expression: "iova_len = size >> shift", replacement: "iova_len = size >> (shift + 64)"),
  ]

  /// In the allocator of IOVAs, in the mapping core, in the DMA layer.
  @Test(.enabled(if: linux.isRecorded, linux.needsRecorded), arguments: edits)
  func isACrash(_ edit: EditedTree.Edit) throws {
    let edited = try EditedTree(of: Self.linux.path, edit)
    let scratch = try ScratchFolder()
    let file = try scratch.file(
      "case.iopt",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      dma queue=percpu cpus=1 size=2 timeout=10 mode=strict limit=0xffffffff
      dma_map 0 0x1000 0x1000 to_device

      """.utf8)
    let tool = try Tool.shell(
      "\(EditedTree.environment) iopt diff '\(file)'"
        + " --left kernel:7.3 --right 'kernel:\(edited.path)'")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains("\n    + = crash\n"), "\(tool.output)")
  }
}

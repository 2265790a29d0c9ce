// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// What a kernel tree's code does wrong with its locks and its own memory, where no table is touched and
/// nothing is asked of the driver otherwise.
@Suite struct KernelInsideTests {
  private static let linux = FetchedTree("7.3")

  struct Case: Sendable, CustomTestStringConvertible {
    var edit: EditedTree.Edit
    /// In the verdict.
    var signature: String
    var told: String
    var testDescription: String { edit.name }

    init(
      _ name: String, _ file: String, _ function: String, _ expression: String,
      _ replacement: String, _ signature: String, _ told: String
    ) {
      edit = EditedTree.Edit(
        name: name, file: file, function: function, expression: expression,
        replacement: replacement)
      (self.signature, self.told) = (signature, told)
    }
  }

  private static let cases = [
    Case(
      "lock-kept", "drivers/iommu/dma-iommu.c", "queue_iova",
      "spin_unlock_irqrestore(&fq->lock, flags);", "", "no-crash",
      "a lock is held when the operation returns"),
    Case(
      "lock-taken-twice", "drivers/iommu/dma-iommu.c", "queue_iova",
      "spin_unlock_irqrestore(&fq->lock, flags);", "spin_lock_irqsave(&fq->lock, flags);",
      "no-crash", "drivers/iommu/dma-iommu.c:"),
    Case(
      "tables-not-zeroed", "drivers/iommu/iommu-pages.c", "iommu_alloc_pages_node_sz",
      "gfp | __GFP_ZERO", "gfp", "process dma_map", "SIGSEGV"),
    Case(
      "sleeps-with-a-lock", "drivers/iommu/dma-iommu.c", "queue_iova",
      "spin_unlock_irqrestore(&fq->lock, flags);",
      "spin_unlock_irqrestore(&fq->lock, flags); static DEFINE_SPINLOCK(own);"
        + " scoped_guard(spinlock, &own) kfree(kmalloc_obj(struct list_head));"
        + " guard(spinlock_irqsave)(&own);",
      "no-warn", "drivers/iommu/dma-iommu.c:"),
    Case(
      "iova-lost", "drivers/iommu/iova.c", "free_iova", "free_iova_mem(iova);", "", "warning",
      "bytes are left"),
    Case(
      "sleeps-in-a-map", "drivers/iommu/generic_pt/iommu_pt.h", "map_range", "map.attrs.gfp = gfp",
      "map.attrs.gfp = GFP_KERNEL", "no-warn", "drivers/iommu/iommu-pages.c:"),
  ]

  /// Buffers large enough that no cache has their IOVAs, in a queue that is flushed.
  private static let text = """
    iopt 2
    domain format=x86_64 kernel=7.3 va=48 oa=52 features=flush_range top=3
    dma queue=percpu cpus=2 size=4 timeout=10 mode=fq limit=0xffffffffff
    dma_map 0 0x1000 0x400000 bidirectional
    dma_map 1 0x1000 0x1000 bidirectional
    dma_unmap 0
    dma_unmap 1
    tick 100

    """

  @Test(.enabled(if: linux.isRecorded, linux.needsRecorded), arguments: cases)
  func isTold(_ one: Case) throws {
    let tree = try EditedTree(of: Self.linux.path, one.edit, onlyFormat: "x86_64")
    let scratch = try ScratchFolder()
    let file = try scratch.file("case.iopt", Self.text.utf8)
    let tool = try Tool.shell(
      "\(EditedTree.environment) iopt check '\(file)' --subject 'kernel:\(tree.path)' --json")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    #expect(tool.output.contains(one.signature) && tool.output.contains(one.told), "\(tool.output)")
  }

  @Test(.enabled(if: linux.isThere, linux.needs))
  func theTreeItselfIsRight() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.file("case.iopt", Self.text.utf8)
    let tool = try Tool.shell("iopt check '\(file)' --subject kernel:7.3")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A tree's code passes the points at which a scheduler may run another virtual CPU where the C port
/// passes them.
@Suite struct KernelPointsTests {
  private static let linux = FetchedTree("7.3")
  /// Every point: a queue that comes into force, is full and times out, a strict unmap, a table and a
  /// top that are put in place.
  private static let life = """
    iopt 2
    domain format=amdv1 kernel=7.3 va=64 oa=52 \
    features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=2
    dma queue=percpu cpus=2 size=2 timeout=10 mode=strict limit=0xffffffffffff
    dma_map 0 0x1000 0x1000 to_device
    dma_unmap 0
    relax
    dma_map 1 0x1000 0x1000 to_device
    dma_map 2 0x1000 0x1000 to_device
    dma_unmap 1
    dma_unmap 2
    tick 20

    """

  private func diff(_ tree: String, _ listen: String) throws -> Tool {
    let scratch = try ScratchFolder()
    let file = try scratch.file("life.iopt", Self.life.utf8)
    return try Tool.shell(
      "\(EditedTree.environment) iopt diff '\(file)'"
        + " --left reference\(listen) --right 'kernel:\(tree)\(listen)'")
  }

  @Test(.enabled(if: linux.isRecorded, linux.needsRecorded))
  func aTreePassesThePointsWhereTheCPortDoes() throws {
    let tool = try diff("7.3", ",listen")
    #expect(tool.status == 0, "\(tool.output)\(tool.errors)")
  }

  /// Nothing else shows it.
  @Test(.enabled(if: linux.isRecorded, linux.needsRecorded))
  func aPointThatIsPassedByNoMoreIsHeard() throws {
    let edited = try EditedTree(
      of: Self.linux.path,
      .init(
        name: "timer-test", file: "drivers/iommu/dma-iommu.c", function: "queue_iova",
        expression: "!atomic_read(&cookie->fq_timer_on) &&", replacement: ""))
    #expect(try diff(edited.path, "").status == 0)
    let tool = try diff(edited.path, ",listen")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// The kernel changes that scenarios can show: one for each row of the tables of behaviours, the
/// revisions of `gather_range_pages()`, and those of which `Fuzz/Faults` has the code before.
public enum KernelHistory {
  /// All of them: rows by their number, revisions and faults from the oldest on.
  public static let changes: [KernelChange] = since72 + since73 + gathers + faults

  private static func row(_ row: KernelRow, _ summary: String, _ text: String) -> KernelChange {
    KernelChange("\(row.name)", .row(row), summary, text)
  }

  // MARK: Rows

  private static let since72 = [
    row(
      .lookup,
      "`iova_to_phys` of an address outside of the table answers 0. Before, it was a negative errno,"
        + " cast to an address.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      iova_to_phys 0x8000000000

      """),
    row(
      .dynamicTop,
      "`dynamic_top` stays in force where the top covers the space already. Before, it was dropped,"
        + " and AMD's production build, which insists on it, refused the domain.",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 \
      features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=5

      """),
    row(
      .pageSizes,
      "Page sizes of half the space and more are not offered. Before, a small space offered them,"
        + " the whole table as one page among them.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=30 oa=52 features=none top=2

      """),
    row(
      .smallMap,
      "The short way for a map of one 4 KiB page asks whether the domain offers such pages. Before, it"
        + " mapped one that `pgsizes` forbids (CVE-2026-64151).",
      """
      iopt 2
      domain format=x86_64 kernel=7.3 va=48 oa=52 features=sign_extend top=3 pgsizes=0x200000
      map 0x0 0x0 0x1000 r

      """),
    row(
      .noPageSize,
      "`map` and `unmap` warn on a domain without any page size and do nothing. Before, an unmap of"
        + " nothing could ask for a flush of everything.",
      """
      iopt 2
      domain format=x86_64 kernel=7.3 va=48 oa=52 features=sign_extend top=3 pgsizes=0x0
      unmap 0x0 0x1000

      """),
    row(
      .levels,
      "A gather carries which levels were unmapped and which tables were removed, with the feature"
        + " `detailed_gather`, on which RISC-V's production build insists. Before, there was none: the"
        + " domains differ from their first line on.",
      """
      iopt 2
      domain format=riscv_64 kernel=7.3 va=39 oa=56 features=detailed_gather

      """),
    row(
      .svpbmt,
      "RISC-V's leaves carry memory types, with the feature `riscv_svpbmt`. Before, there was none: the"
        + " domains differ from their first line on.",
      """
      iopt 2
      domain format=riscv_64 kernel=7.3 va=39 oa=56 features=riscv_svpbmt build=debug

      """),
  ]

  private static let since73 = [
    row(
      .dirty,
      "Reading dirty bits reports an entry's whole size, from its start. Before, the last item of a"
        + " contiguous entry was lost, the invalidation too narrow, and a reading from inside a leaf"
        + " reported the leaf's length from there.",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 \
      features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=1
      map 0x0 0x0 0x2000 w
      set_dirty 0x1000
      read_and_clear_dirty 0 0x0 0x2000 clear

      """),
    row(
      .emptyPiece,
      "A scatterlist with an empty piece behind one that is not empty is refused. Before, arithmetic"
        + " wrapped: what came before counted for nothing, and memory was mapped outside of the range.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff
      dma_map_sg 0 to_device 0x10000:0x1000 0x20000:0x0 0x30000:0x1000

      """),
    row(
      .destroy,
      "Giving up a two-step mapping unlinks what is linked, with a sync, and frees the whole range at"
        + " once. Before, it freed as much as was to be unlinked, by way of the queue.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff
      dma_iova_alloc 0 0x10000 0x3000
      dma_iova_destroy 0 0x1000

      """),
    row(
      .magazines,
      "The magazines of the IOVA caches are allocated when they are first needed. Before, all were at"
        + " set-up, which failed when one of them did.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff fail_magazine=1

      """),
  ]

  // MARK: Revisions of gather_range_pages()

  private static func gather(
    _ older: GatherRevision, _ newer: GatherRevision, _ summary: String, _ text: String
  ) -> KernelChange {
    KernelChange("gather=\(older.name)", .gather(older: older, newer: newer), summary, text)
  }

  private static let bufferUnmapped = """
    iopt 2
    domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
    dma queue=percpu cpus=1 size=4 timeout=10 mode=strict limit=0xffffffff
    dma_map 0 0x10000 0x1000 to_device
    dma_unmap 0

    """

  private static let gathers = [
    gather(
      .original, .alwaysAdd,
      "The range that was unmapped is always added to the gather. The first form did not where the"
        + " driver flushes no ranges, nor, in NO_GAPS mode, after the sync that a disjoint range"
        + " forces: nothing was invalidated.",
      bufferUnmapped),
    gather(
      .alwaysAdd, .merged,
      "A queued gather gets no range and makes no sync: all is flushed later. Before, it was work for"
        + " nothing, and a sync in NO_GAPS mode started the gather over, no longer queued.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      gather 0 queued
      unmap_fast 0 0x1000 0x1000

      """),
    gather(
      .proposed, .merged,
      "The form of the same that was first proposed on the mailing list had what was wrong with the"
        + " first form still in it.",
      bufferUnmapped),
  ]

  // MARK: Faults

  private static let faults = [
    KernelChange(
      "empty-gather-calls-the-driver", .fault,
      "The driver is not called for a gather that holds nothing. Before, it was given a range that"
        + " ends before it starts.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      unmap 0x1000 0x1000

      """),
    KernelChange(
      "failed-table-turns-incoherent", .fault,
      "A table that could not be allocated is not taken into incoherent handling. Before, what described"
        + " it was looked for at address 0.",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=dma_incoherent top=2
      fail_alloc 1
      map 0x0 0x0 0x1000 r

      """),
    KernelChange(
      "grown-top-leaks", .fault,
      "When the top cannot grow all the way, the tables made for it are freed.",
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 \
      features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=1
      fail_alloc 2
      map 0x1000000000000 0x0 0x1000 r

      """),
    KernelChange(
      "gather-of-the-length-asked-for", .fault,
      "The gather gets the length that was unmapped. Before, it was the one asked for, which is too"
        + " little where an unmap goes into a large mapping (CVE-2026-31735).",
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=39 oa=52 features=none top=2
      map 0x0 0x0 0x200000 r
      unmap 0x0 0x1000

      """),
  ]
}

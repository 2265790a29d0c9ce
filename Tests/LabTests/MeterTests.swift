// SPDX-License-Identifier: GPL-2.0-only
import Lab
import Lockstep
import ScenarioLanguage
import Testing

/// Each meter on a scenario whose figures were worked out by hand.
@Suite struct MeterTests {
  private let riscv =
    "iopt 2\ndomain format=riscv_64 kernel=7.3 va=48 oa=56 features=sign_extend,flush_range,"
    + "detailed_gather"

  private func counts(
    _ text: String, mode: String = "strict", driver: String = "riscv", policy: Policy = .generic
  ) throws -> LabCounts {
    let cell = try LabFixture.cell(text, mode: mode, driver: driver, policy: policy)
    try #require(cell.isRanked, "\(cell.reason ?? "")")
    return cell.counts
  }

  @Test func pagesOfOneTableAreInvalidatedOneByOneAndTheirTablesStay() throws {
    let counts = try counts(
      """
      \(riscv)
      map 0x1000 0x40001000 0x3000 rw
      unmap 0x1000 0x2000

      """)
    // Sv48 has four levels: three tables below the top for the first page, none after that.
    #expect(counts.tablesAllocated == 3)
    #expect(counts.tablesFreed == 0)
    // They and the top, 4 KiB each.
    #expect(counts.tableBytesPeak == 4 * 4096)
    // Two pages went: an IOTINVAL.VMA for each, one wait, 4 KiB each; nothing else translates there.
    #expect(counts.hardware.commands == 2)
    #expect(counts.hardware.waits == 1)
    #expect(counts.hardware.bytesInvalidated == 0x2000)
    #expect(counts.hardware.bytesChanged == 0x2000)
    #expect(counts.hardware.leavesLost == 0)
    #expect(counts.hardware.pointersLost == 0)
    #expect(counts.operations == 2)
  }

  @Test func aTableThatGoesCostsEverythingWhereNoCommandNamesPointers() throws {
    let counts = try counts(
      """
      \(riscv)
      map 0x0 0x40001000 0x200000 rw
      map 0x200000 0x50001000 0x3000 rw
      unmap 0x0 0x200000
      map 0x0 0x40001000 0x1000 rw

      """)
    // 3 tables, a second last one, and after the unmap that took the first away, one again.
    #expect(counts.tablesAllocated == 5)
    #expect(counts.tablesFreed == 1)
    #expect(counts.tablesWantedAgain == 1)
    // Without the capability NL: one command for everything.
    #expect(counts.hardware.commands == 1)
    #expect(counts.hardware.wholeInvalidations == 1)
    #expect(counts.hardware.bytesInvalidated == 0)
    #expect(counts.hardware.bytesChanged == 0x200000)
    // The three pages at 0x200000 go too, and the pointers to three tables: two of the way, and theirs.
    #expect(counts.hardware.leavesLost == 3)
    #expect(counts.hardware.pointersLost == 3)
  }

  @Test func aTableIsNotWantedAgainAfterMoreOperationsThanAsked() throws {
    let text = """
      \(riscv)
      map 0x0 0x40001000 0x200000 rw
      unmap 0x0 0x200000
      iova_to_phys 0x0
      map 0x0 0x40001000 0x1000 rw

      """
    // Unlinked by the second operation, linked by the fourth: two apart.
    #expect(try LabFixture.cell(text, again: 2).counts.tablesWantedAgain == 1)
    #expect(try LabFixture.cell(text, again: 1).counts.tablesWantedAgain == 0)
  }

  @Test func aHypervisorTrapsForEachSyncAndReadsItsPages() throws {
    let counts = try counts(
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=48 oa=52 features=dynamic_top,flush_range_no_gaps,\
      amdv1_encrypt_tables,amdv1_force_coherence top=3 sync_map
      map 0x1000 0x40001000 0x4000 rw
      unmap 0x1000 0x1000

      """, driver: "shadow")
    // A trap after the map for four pages, and one after the unmap for one.
    #expect(counts.hardware.traps == 2)
    #expect(counts.hardware.rereads == 5)
    #expect(counts.hardware.bytesInvalidated == 0x5000)
    // Absence is cached: what was mapped was a change too.
    #expect(counts.hardware.bytesChanged == 0x5000)
    #expect(LabMeter.named("invalidated-per-changed")?.value(counts) == 100)
    // What was mapped had to go as absent, and what was unmapped is not there: nothing is lost.
    #expect(counts.hardware.leavesLost == 0)
  }

  @Test func aRangeThatIsRoundedUpLosesWhatLiesBeside() throws {
    let counts = try counts(
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3
      map 0x0 0x40001000 0x4000 rw
      unmap 0x1000 0x2000

      """, driver: "vtd")
    // 0x1000 to 0x2fff fits no aligned 8 KiB: one command for the 16 KiB from 0 on. The pages at 0 and
    // 0x3000 are right and go too. Its hint says that pointers stay.
    #expect(counts.hardware.commands == 1)
    #expect(counts.hardware.bytesInvalidated == 0x4000)
    #expect(counts.hardware.bytesChanged == 0x2000)
    #expect(LabMeter.named("invalidated-per-changed")?.value(counts) == 200)
    #expect(counts.hardware.leavesLost == 2)
    #expect(counts.hardware.pointersLost == 0)
  }

  @Test func aCostTableAddsUp() throws {
    var costs = CostTable()
    try costs.set("commands=50")
    try costs.set("waits=500")
    try costs.set("waits=400")
    var counts = LabCounts()
    counts.hardware.commands = 7
    counts.hardware.waits = 2
    // 7 x 50 + 2 x 400
    #expect(costs.time(counts) == 1150)
    #expect(throws: LabError.self) { try costs.set("bytes-changed=1") }
    #expect(throws: LabError.self) { try costs.set("commands") }
  }

  private var layer: String {
    "\(riscv)\ndma queue=percpu cpus=1 size=2 timeout=10 mode=fq limit=0xffffffff"
  }

  @Test func aQueueHoldsWhatItsTimerReleases() throws {
    let counts = try counts(
      """
      \(layer)
      dma_map 0 0x40000000 0x2000 to_device
      dma_unmap 0
      tick 4
      tick 20

      """, mode: "fq=4/10")
    // Queued at 0 ms: 8 KiB. The timer is due at 10 ms and flushes.
    #expect(counts.queued == 1)
    #expect(counts.flushes == 1)
    #expect(counts.overflows == 0)
    #expect(counts.largestFlush == 1)
    #expect(counts.heldBytesPeak == 0x2000)
    #expect(counts.heldLongest == 10)
    #expect(counts.hardware.window.bytes == 0x2000)
    #expect(counts.hardware.window.byteMilliseconds == 0x2000 * 10)
    #expect(counts.time == 24)
  }

  @Test func aFullRingIsFlushedBeforeMoreIsQueued() throws {
    let counts = try counts(
      """
      \(layer)
      dma_map 0 0x40000000 0x1000 to_device
      dma_map 1 0x40001000 0x1000 to_device
      dma_unmap 0
      tick 3
      dma_unmap 1

      """, mode: "fq=2/10")
    // A ring of two holds one: the second finds it full, and the flush releases the first, after 3 ms.
    #expect(counts.queued == 2)
    #expect(counts.flushes == 1)
    #expect(counts.overflows == 1)
    #expect(counts.largestFlush == 1)
    #expect(counts.heldBytesPeak == 0x1000)
    #expect(counts.heldLongest == 3)
    #expect(counts.hardware.window.byteMilliseconds == 0x1000 * 3)
  }

  @Test func tablesWaitInAQueue() throws {
    let counts = try counts(
      """
      \(layer)
      dma_map 0 0x40001000 0x200000 to_device
      dma_unmap 0

      """, mode: "fq=4/10")
    // 2 MiB of scattered offset: pages of 4 KiB (or 64 KiB) in one table, which the unmap covers.
    #expect(counts.tableBytesQueuedPeak == 4096)
    #expect(counts.tablesFreed == 0)
  }
}

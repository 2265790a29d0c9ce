// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// What fuzzing one side alone once took for a breach, and is a departure.
@Suite struct FuzzedAloneTests {
  private static let scenarios = [
    // A leaf whose address has the encryption bit reads back as a larger one.
    (
      """
      iopt 2
      domain format=amdv1 kernel=7.1 va=64 oa=52 features=flush_range_no_gaps top=2 cbit=36 build=debug
      map 0x0 0x0 0xa000000000 w
      unmap 0x4000000000 0x4000001000

      """, "encryptedAddress"
    ),
    // Teardown passes over what stands behind such a leaf.
    (
      """
      iopt 2
      domain format=amdv1 kernel=7.2 va=39 oa=52 features=flush_range top=2 cbit=36 build=debug
      map 0x7ffffff000 0x1000 0x1000 rw
      map 0x40000000 0x40000000 0x3fc0000000 w

      """, "memoryAtTheEncryptionBit"
    ),
    (
      """
      iopt 2
      domain format=x86_64 kernel=7.1 va=48 oa=52 features=flush_range_no_gaps top=3 policy=sync-tables
      map 0x0 0x0 0x200000 w
      unmap_fast 0 0x0 0x1000
      map 0x0 0x1000 0x201000 w
      unmap_fast 0 0x1000 0x200000
      iotlb_sync 0

      """, "tableSyncedAtOnce"
    ),
    // All of the address space is no length for s390's instruction.
    (
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 features=dynamic_top,flush_range,amdv1_encrypt_tables,amdv1_force_coherence top=2 driver=s390
      map 0x0 0x0 0x11000 w
      unmap_fast 1 0x0 0x1000
      set_dirty 0x10000
      unmap_fast 0 0x0 0x1000
      read_and_clear_dirty 0 0x0 0x11000 clear
      iotlb_sync 0

      """, "unmapOfNothing"
    ),
    // Written back at last by an unmap, after the sync that was to help.
    (
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=dma_incoherent,flush_range_no_gaps top=3 build=debug
      map 0x0 0x0 0x1000 w
      set_dirty 0x0
      read_and_clear_dirty 1 0x0 0x1000 clear
      unmap_fast 1 0x1040 0x1000
      unmap_fast 0 0x0 0x1000
      iotlb_sync 1

      """, "dirtyClearNotWrittenBack"
    ),
    // A list that asks for the memory of tables, and for the last byte that there is.
    (
      """
      iopt 2
      domain format=riscv_64 kernel=7.3 va=48 oa=56 features=sign_extend,flush_range,detailed_gather,riscv_svnapot_64k
      dma queue=percpu cpus=2 size=16 timeout=10 mode=strict limit=0xffffffff
      dma_map_sg 0 bidirectional 0x77d200000:0x82e01000 0xffffffffffd80000:0x280000 limit=0x183080000

      """, "tableAskedFor"
    ),
    // A bit off a canonical address: the tables lie beyond those that teardown walks.
    (
      """
      iopt 2
      domain format=x86_64 kernel=7.3 va=47 oa=52 features=sign_extend,flush_range top=4
      map 0xffff800000000000 0x0 0x1000 w

      """, "signExtensionOneBitShort"
    ),
    // A buffer at address 0 is never unmapped, unless somebody mapped other memory there meanwhile.
    (
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 features=flush_range top=2 build=debug
      dma queue=percpu cpus=1 size=2 timeout=0 mode=fq limit=0xffffffffffffffff
      dma_map 0 0x0 0x1000 bidirectional
      unmap 0xfffffffffffff000 0x1000
      map 0xfffffffffffff000 0x1000 0x1000 w
      dma_unmap 0

      """, "unmappedBehindTheLayersBack"
    ),
    // Half of what is asked for beside the layer reads back as all of it: when the other half finds the
    // buffer, taking the first one back removes that.
    (
      encrypting
        + """
        dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0x7fffffffff
        dma_map 0 0x1000 0x1000 bidirectional
        map 0x4000000000 0x0 0x4000000000 w

        """, "memoryAtTheEncryptionBit"
    ),
    // The same without a layer.
    (
      encrypting
        + """
        map 0x7ffffff000 0x1000 0x1000 w
        map 0x4000000000 0x0 0x4000000000 w

        """, "memoryAtTheEncryptionBit"
    ),
    // A leaf of the layer's own that reads back as another one is not unmapped as it was linked.
    (
      encrypting
        + """
        dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0x7fffffffff
        dma_iova_alloc 2 0x0 0x2000000000
        dma_map 0 0x1000 0x1000 bidirectional
        dma_iova_link 2 0x0 0x0 0x2000000000 bidirectional
        dma_iova_unlink 2 0x0 0x2000000000

        """, "memoryAtTheEncryptionBit"
    ),
    // A large leaf that somebody put over a buffer is found, and not unmapped from its middle: the
    // buffer's IOVA is queued all the same.
    (
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=none top=3
      dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0x7fff
      dma_map 0 0x0 0x3000 bidirectional
      dma_unmap 0
      dma_map 0 0x0 0x1000 bidirectional
      map 0x0 0x0 0x1000 w
      dma_unmap 0
      dma_map 0 0x0 0x1000 bidirectional
      dma_unmap 0
      dma_map 0 0x0 0x1000 bidirectional
      unmap 0x0 0x7000
      map 0x0 0x0 0x200000 w
      relax
      dma_unmap 0
      tick 0

      """, "unmappedBehindTheLayersBack"
    ),
    // Of two things that excuse, the one that came first excuses less: an unmap beside a layer without a
    // queue has to be invalidated, but not what a leaf that reads back as another size has lost.
    (
      """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 features=none top=2 cbit=36 build=debug
      dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0x7fffffffff
      dma_map 0 0x0 0x1000 bidirectional
      map 0x1fc0000000 0x0 0x40000000 w
      map 0x2000000000 0x2000000000 0x2000000000 w
      unmap 0x1fc0000000 0x40001000

      """, "encryptedAddress"
    ),
    // A queued gather with a table, to which reading dirty bits adds a range, is given to iotlb_sync.
    (
      """
      iopt 2
      domain format=vtdss kernel=7.3 va=48 oa=52 features=flush_range top=3
      map 0x180000 0x0 0x280000 w
      map 0x0 0x0 0x1000 w
      gather 0 queued
      set_dirty 0x0
      unmap_fast 0 0x180000 0x280000
      read_and_clear_dirty 0 0x0 0x1000 clear
      iotlb_sync 0

      """, "queuedGatherSynced"
    ),
    // The code puts the upper half of the space at the beginning of the top table.
    (
      """
      iopt 2
      domain format=x86_64 kernel=7.3 va=47 oa=52 features=sign_extend,flush_range top=4
      map 0xffffc00000000000 0x0 0x1000 w

      """, "topAboveWidth"
    ),
    // The gather has taken in an address that is not canonical: a range of it says nothing to S.
    (
      """
      iopt 2
      domain format=riscv_64 kernel=7.2 va=39 oa=56 features=sign_extend,flush_range,detailed_gather driver=riscv-nl-s
      map 0xffffffbfff801000 0x0 0x800000 w
      unmap_fast 0 0xffffffc000000000 0x1000
      unmap_fast 0 0xffffff8000000000 0x1000
      iotlb_sync 0

      """, "outsideAddress"
    ),
  ]

  /// Pages of 4 KiB and of 128 GiB.
  private static let encrypting = """
    iopt 2
    domain format=amdv1 kernel=7.1 va=64 oa=52 features=none top=3 pgsizes=0x2000001000 cbit=36 build=debug

    """

  @Test(arguments: [Subject.swift, .reference], scenarios.indices)
  func isADeparture(_ subject: Subject, _ index: Int) throws {
    let (text, departure) = Self.scenarios[index]
    let engine = OracleChoice([.contract, .leak, .hardware]).engine([Lane(subject)])
    #expect(try engine.run(scenario(text), file: "case.iopt") == nil, "\(text)")
    let named = engine.oracles.flatMap(\.departures).filter { $0.count > 0 }.map(\.name)
    #expect(named.contains(departure), "\(named)")
  }

  /// A part of a large leaf is synced: the rest of it is nobody's promise yet.
  @Test(arguments: [Subject.swift, .reference], ["vtd-caching", "s390", "shadow"])
  func syncingAPartOfALargeLeafPromisesNothingOfIt(_ subject: Subject, _ driver: String) throws {
    let text = """
      iopt 2
      domain format=amdv1 kernel=7.3 va=64 oa=52 features=dynamic_top,amdv1_encrypt_tables,amdv1_force_coherence top=2 sync_map driver=\(driver)
      dma queue=percpu cpus=1 size=2 timeout=0 mode=strict limit=0xffffffffffffffff
      dma_iova_alloc 0 0x0 0x200000
      dma_iova_link 0 0x0 0x0 0x200000 bidirectional
      dma_iova_sync 0 0x0 0x1000

      """
    let engine = OracleChoice([.hardware]).engine([Lane(subject)])
    #expect(try engine.run(scenario(text), file: "case.iopt") == nil)
    #expect(engine.tally.judgements > 0)
  }

  private static let syncsOnTheWay = [
    """
    iopt 2
    domain format=amdv1 kernel=7.3 va=64 oa=52 features=dynamic_top,flush_range_no_gaps,amdv1_encrypt_tables,amdv1_force_coherence top=2
    map 0xfffffffffffe1000 0x0 0x1000 w
    unmap_fast 0 0xfffffffffffe1000 0x1000
    map 0xfffffffffffe1000 0x0 0x1f000 w
    unmap_fast 0 0xfffffffffffe1000 0x1f000
    unmap_fast 0 0x0 0x1000

    """,
    // Under sync-tables a removed table is synced at once, before the leaves are gathered.
    """
    iopt 2
    domain format=amdv1 kernel=7.3 va=64 oa=52 features=dynamic_top,flush_range,flush_range_no_gaps,amdv1_encrypt_tables,amdv1_force_coherence top=2 policy=sync-tables
    map 0x1000 0x0 0x2000 r
    map 0x0 0x0 0x1000 r
    unmap_fast 0 0x0 0x2800
    map 0x1000 0x1000 0x4000 w
    unmap_fast 0 0x1000 0x3800

    """,
  ]

  /// A sync that an unmap forces on the way is for what the gather held before: the unmap has cleared the
  /// same addresses again by then, and adds them afterwards.
  @Test(arguments: [Subject.swift, .reference], syncsOnTheWay)
  func whatASyncOnTheWayIsNotForStaysChanged(_ subject: Subject, _ text: String) throws {
    let engine = OracleChoice([.contract, .leak, .hardware]).engine([Lane(subject)])
    #expect(try engine.run(scenario(text), file: "case.iopt") == nil)
    #expect(engine.tally.judgements > 0)
  }
}

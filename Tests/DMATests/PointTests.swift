// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// The yield points of each operation, among its records, in the kernel's order.
@Suite struct PointTests {
  private func listening(
    _ subject: TestSubject, _ change: (inout TestSettings) -> Void = { _ in }
  ) -> TestDomain {
    TestDomain(subject) {
      $0.listening = .points
      change(&$0)
    }
  }

  @Test(arguments: TestSubject.allCases)
  func aStrictUnmapAsksForAQueueFirstAndHandsTheIOVAOverAfterTheSync(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    domain.map(0)
    #expect(
      domain.unmap(0) == [
        .point(.fqDomainRead), .point(.strictSync), .synced, .point(.iovaHandover),
        .freed(iova(0)), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func aQueuedUnmapTestsAndSetsTheTimerFlagOutsideTheLock(_ subject: TestSubject) {
    let domain = listening(subject)
    domain.map(0)
    domain.map(1)
    #expect(
      domain.unmap(0) == [
        .point(.fqDomainRead), .point(.fqLock), .queued(ring: 0, counter: 0), .point(.fqUnlock),
        .point(.timerTest), .point(.timerSet), .armed(10), .returned(0x1000),
      ])
    // The flag is set: it is read, and not exchanged.
    #expect(
      domain.unmap(1) == [
        .point(.fqDomainRead), .point(.fqLock), .queued(ring: 0, counter: 0), .point(.fqUnlock),
        .point(.timerTest), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func aFullRingFlushesUnderItsLock(_ subject: TestSubject) {
    let domain = listening(subject) { $0.size = 2 }
    let address = domain.address(0, pages: 512)
    domain.map(1)
    domain.unmap(0)
    #expect(
      domain.unmap(1) == [
        .point(.fqDomainRead), .point(.fqLock),
        .point(.flushStart), .point(.flushIOTLB), .flushed, .point(.flushFinish),
        .tableFreed, .point(.iovaHandover), .freed(address),
        .queued(ring: 0, counter: 1), .point(.fqUnlock), .point(.timerTest), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func entriesThatAnotherCPUFlushedGoUnderTheLockBeforeTheNewOne(_ subject: TestSubject) {
    let domain = listening(subject) {
      $0.cpus = 2
      $0.size = 2
    }
    for handle in 0..<4 as Range<UInt32> { domain.map(handle) }
    domain.unmap(0, cpu: 0)
    domain.unmap(1, cpu: 1)
    domain.unmap(2, cpu: 1)
    #expect(
      domain.unmap(3, cpu: 0) == [
        .point(.fqDomainRead), .point(.fqLock), .point(.iovaHandover), .freed(iova(0)),
        .queued(ring: 0, counter: 1), .point(.fqUnlock), .point(.timerTest), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func theTimerFlushesBeforeItTakesOneLockAfterTheOther(_ subject: TestSubject) {
    let domain = listening(subject) { $0.cpus = 3 }
    domain.map(0)
    domain.map(1)
    domain.unmap(0, cpu: 0)
    domain.unmap(1, cpu: 2)
    #expect(
      domain.tick(10) == [
        .fired(10), .point(.flushStart), .point(.flushIOTLB), .flushed, .point(.flushFinish),
        .point(.fqLock), .point(.iovaHandover), .freed(iova(0)), .point(.fqUnlock),
        .point(.fqLock), .point(.fqUnlock),
        .point(.fqLock), .point(.iovaHandover), .freed(iova(1)), .point(.fqUnlock),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func aQueueIsPublishedOnce(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    #expect(domain.relax() == [.point(.fqDomainPublish), .returned(0)])
    #expect(domain.relax() == [.returned(0)])
  }

  @Test(arguments: TestSubject.allCases)
  func aQueueThatCannotBeAllocatedIsNotPublished(_ subject: TestSubject) {
    let domain = listening(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.queueAllocations = 0
    }
    #expect(domain.relax() == [.returned(TestDomain.noMemory)])
  }

  @Test(arguments: TestSubject.allCases)
  func aMapInstallsTheTablesThatAreMissing(_ subject: TestSubject) {
    let domain = listening(subject)
    #expect(
      domain.map(0) == [
        .allocated(iova(0), 0x1000), .point(.tableInstall), .point(.tableInstall),
        .returned(iova(0)),
      ])
    #expect(domain.map(1) == [.allocated(iova(1), 0x1000), .returned(iova(1))])
  }

  @Test(arguments: TestSubject.allCases)
  func aMapThatFailsHandsItsIOVAOver(_ subject: TestSubject) {
    let domain = listening(subject)
    domain.failAllocation(2)
    #expect(
      domain.map(0) == [
        .allocated(iova(0), 0x1000), .point(.tableInstall), .point(.strictSync),
        .point(.iovaHandover), .freed(iova(0)), .returned(TestDomain.mappingError),
      ])
  }

  /// Three tables are stacked on the top, which is replaced once; then come the tables below.
  @Test(arguments: TestSubject.allCases)
  func aTopThatGrowsIsReplacedAfterItsTablesAreLinked(_ subject: TestSubject) {
    let domain = listening(subject) { $0.grows = true }
    let address = UInt64.max - 0xfff
    let install = DMARecord.point(.tableInstall)
    #expect(
      domain.map(0) == [
        .allocated(address, 0x1000), install, install, install, .point(.topChange), .top,
        install, install, install, install, install, .returned(address),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func trimmingTheDepotIsNoHandover(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    for handle in 0..<400 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<400 as Range<UInt32> { domain.unmap(handle) }
    #expect(domain.tick(1000) == [.depotWork(100), .depotWork(200)])
  }
}

/// Which locks an operation takes, and what it does while it holds them.
@Suite struct LockTests {
  private func listening(
    _ subject: TestSubject, _ change: (inout TestSettings) -> Void = { _ in }
  ) -> TestDomain {
    TestDomain(subject) {
      $0.listening = [.points, .locks]
      change(&$0)
    }
  }

  private func taken(_ lock: DMARecord.Lock, _ index: UInt64) -> [DMARecord] {
    [.lock(lock, index), .unlock(lock, index)]
  }

  /// The CPU's magazines, with the depot when they are empty, then the tree.
  private func search(cpu: UInt64, order: UInt64) -> [DMARecord] {
    [.lock(.iovaCPU, cpu)] + taken(.iovaDepot, order) + [.unlock(.iovaCPU, cpu)]
      + taken(.iovaTree, 0)
  }

  @Test(arguments: TestSubject.allCases)
  func anAllocationLooksIntoTheCachesThenIntoTheTree(_ subject: TestSubject) {
    let domain = listening(subject) {
      $0.cpus = 2
      $0.mode = IOPT_DMA_STRICT
    }
    domain.map(0)
    #expect(
      domain.map(1, pages: 4, cpu: 1)
        == search(cpu: 1, order: 2) + [
          .allocated(0x3f_ffff_8000, 0x4000), .returned(0x3f_ffff_8000),
        ])
    domain.unmap(1, cpu: 1)
    #expect(
      domain.map(1, pages: 4, cpu: 1)
        == taken(.iovaCPU, 1) + [.allocated(0x3f_ffff_8000, 0x4000), .returned(0x3f_ffff_8000)])
    #expect(domain.map(2, pages: 64, cpu: 1).prefix(2) == taken(.iovaTree, 0)[...])
  }

  @Test(arguments: TestSubject.allCases)
  func aRangeIsQueuedUnderItsRingsLock(_ subject: TestSubject) {
    let domain = listening(subject) { $0.cpus = 2 }
    domain.map(0)
    #expect(
      domain.unmap(0, cpu: 1) == [
        .point(.fqDomainRead), .point(.fqLock), .lock(.fq, 1), .queued(ring: 1, counter: 0),
        .unlock(.fq, 1), .point(.fqUnlock), .point(.timerTest), .point(.timerSet), .armed(10),
        .returned(0x1000),
      ])
    #expect(
      domain.tick(10) == [
        .fired(10), .point(.flushStart), .point(.flushIOTLB), .flushed, .point(.flushFinish),
        .point(.fqLock), .lock(.fq, 0), .unlock(.fq, 0), .point(.fqUnlock),
        .point(.fqLock), .lock(.fq, 1), .point(.iovaHandover), .freed(iova(0)),
        .lock(.iovaCPU, 0), .unlock(.iovaCPU, 0), .unlock(.fq, 1), .point(.fqUnlock),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func anIOVATooLargeForTheCachesGoesToTheTree(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    let address = domain.address(0, pages: 64)
    #expect(
      domain.unmap(0) == [
        .point(.fqDomainRead), .point(.strictSync), .synced, .point(.iovaHandover),
        .freed(address),
      ]
        + taken(.iovaTree, 0) + [.returned(0x4_0000)])
  }

  @Test(arguments: TestSubject.allCases)
  func theDepotIsLockedWithinTheCPUsLock(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    for handle in 0..<255 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<254 as Range<UInt32> { domain.unmap(handle) }
    #expect(
      domain.unmap(254) == [
        .point(.fqDomainRead), .point(.strictSync), .synced, .point(.iovaHandover),
        .freed(iova(254)),
        .lock(.iovaCPU, 0), .lock(.iovaDepot, 0), .unlock(.iovaDepot, 0), .unlock(.iovaCPU, 0),
        .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func trimmingTakesTheMagazineUnderTheDepotsLockAndFreesItOutside(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    for handle in 0..<400 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<400 as Range<UInt32> { domain.unmap(handle) }
    #expect(
      domain.tick(1000) == [.depotWork(100)] + taken(.iovaDepot, 0) + taken(.iovaTree, 0)
        + [.depotWork(200)] + taken(.iovaDepot, 0))
  }

  /// First every CPU's two magazines of every class, then the depots, then the tree once more.
  @Test(arguments: TestSubject.allCases)
  func exhaustionTakesEveryCachesLock(_ subject: TestSubject) {
    let domain = listening(subject) {
      $0.cpus = 2
      $0.mode = IOPT_DMA_STRICT
      $0.limit = 0xffff
    }
    var expected = search(cpu: 0, order: 4)
    for cpu in 0..<2 as Range<UInt64> {
      for _ in 0..<6 {
        expected += [.lock(.iovaCPU, cpu)] + taken(.iovaTree, 0) + taken(.iovaTree, 0)
        expected += [.unlock(.iovaCPU, cpu)]
      }
    }
    for order in 0..<6 as Range<UInt64> { expected += taken(.iovaDepot, order) }
    expected += taken(.iovaTree, 0)
    #expect(
      domain.map(0, pages: 16) == expected + [
        .noIOVA(0x1_0000), .returned(TestDomain.mappingError),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func theTopIsReplacedUnderItsLock(_ subject: TestSubject) {
    let domain = listening(subject) { $0.grows = true }
    let records = domain.map(0)
    let change = records.firstIndex(of: .point(.topChange))!
    #expect(
      records[change..<change + 4]
        == [.point(.topChange), .lock(.top, 0), .top, .unlock(.top, 0)])
  }
}

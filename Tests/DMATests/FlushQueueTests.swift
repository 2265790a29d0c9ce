// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// IOVAs come from the top of Sv39's lower half downwards.
func iova(_ index: UInt64) -> UInt64 { 0x3f_ffff_f000 - index << 12 }

@Suite struct FlushQueueTests {
  @Test(arguments: TestSubject.allCases)
  func aStrictUnmapSyncsBeforeTheIOVAGoesBack(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.mode = IOPT_DMA_STRICT }
    #expect(domain.map(0) == [.allocated(iova(0), 0x1000), .returned(iova(0))])
    #expect(domain.unmap(0) == [.synced, .freed(iova(0)), .returned(0x1000)])
  }

  @Test(arguments: TestSubject.allCases)
  func aQueuedUnmapWaitsForTheTimer(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.map(0)
    #expect(domain.unmap(0) == [.queued(ring: 0, counter: 0), .armed(10), .returned(0x1000)])
    #expect(domain.tick(9) == [])
    #expect(domain.tick(1) == [.fired(10), .flushed, .freed(iova(0))])
    #expect(domain.tick(100) == [])
  }

  @Test(arguments: TestSubject.allCases)
  func theTimerIsArmedOnceUntilItFires(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    for handle in 0..<3 as Range<UInt32> { domain.map(handle) }
    #expect(domain.unmap(0).contains(.armed(10)))
    domain.tick(4)
    #expect(domain.unmap(1) == [.queued(ring: 0, counter: 0), .returned(0x1000)])
    domain.tick(6)
    #expect(domain.unmap(2) == [.queued(ring: 0, counter: 1), .armed(20), .returned(0x1000)])
  }

  @Test(arguments: TestSubject.allCases)
  func aFullRingFlushesAndDoesNotArmTheTimerAgain(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.size = 4 }
    for handle in 0..<5 as Range<UInt32> { domain.map(handle) }
    // A ring of four holds three.
    for handle in 0..<3 as Range<UInt32> { domain.unmap(handle) }
    domain.tick(5)
    #expect(
      domain.unmap(3) == [
        .flushed, .freed(iova(0)), .freed(iova(1)), .freed(iova(2)),
        .queued(ring: 0, counter: 1), .returned(0x1000),
      ])
    // At its old time it fires, and flushes again.
    #expect(domain.tick(5) == [.fired(10), .flushed, .freed(iova(3))])
  }

  @Test(arguments: TestSubject.allCases)
  func anEntryIsStampedWithTheFlushesStarted(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.size = 2 }
    for handle in 0..<4 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<4 as Range<UInt32> {
      #expect(domain.unmap(handle).contains(.queued(ring: 0, counter: UInt64(handle))))
    }
  }

  @Test(arguments: TestSubject.allCases)
  func anotherCPUsFlushFreesOlderEntriesAtTheNextQueueing(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.cpus = 2
      $0.size = 2
      $0.timeout = 100
    }
    for handle in 0..<5 as Range<UInt32> { domain.map(handle) }
    domain.unmap(0, cpu: 0)
    domain.unmap(1, cpu: 1)
    #expect(domain.unmap(2, cpu: 1).prefix(2) == [.flushed, .freed(iova(1))])
    // CPU 0's entry is older than that flush: it goes without one of its own.
    #expect(
      domain.unmap(3, cpu: 0) == [
        .freed(iova(0)), .queued(ring: 0, counter: 1), .returned(0x1000),
      ])
    // The one queued after it began is not: the ring is full, and needs another flush.
    #expect(
      domain.unmap(4, cpu: 0) == [
        .flushed, .freed(iova(3)), .queued(ring: 0, counter: 2), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func aSingleQueueTakesEveryCPUsEntries(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.queue = IOPT_QUEUE_SINGLE
      $0.cpus = 2
    }
    domain.map(0)
    domain.map(1)
    #expect(domain.unmap(0, cpu: 1).first == .queued(ring: 0, counter: 0))
    #expect(domain.unmap(1, cpu: 0).first == .queued(ring: 0, counter: 0))
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(0)), .freed(iova(1))])
  }

  @Test(arguments: TestSubject.allCases)
  func aSingleQueueIsFullForEveryCPU(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.queue = IOPT_QUEUE_SINGLE
      $0.cpus = 2
      $0.size = 2
    }
    domain.map(0)
    domain.map(1)
    domain.unmap(0, cpu: 1)
    #expect(domain.unmap(1, cpu: 0).prefix(2) == [.flushed, .freed(iova(0))])
  }

  @Test(arguments: TestSubject.allCases)
  func theTimerFreesInTheOrderOfCPUs(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.cpus = 2 }
    domain.map(0)
    domain.map(1)
    domain.unmap(0, cpu: 1)
    domain.unmap(1, cpu: 0)
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(1)), .freed(iova(0))])
  }

  /// The timer runs on CPU 0: what another CPU queued ends in CPU 0's cache.
  @Test(arguments: TestSubject.allCases)
  func whatTheTimerFreesGoesToItsOwnCPUsCache(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.cpus = 2 }
    domain.map(0, cpu: 1)
    domain.unmap(0, cpu: 1)
    domain.tick(10)
    #expect(domain.address(1, cpu: 1) == iova(1))
    #expect(domain.address(2, cpu: 0) == iova(0))
  }

  /// A buffer of 2 MiB at an odd page has a table of its own, which waits with its IOVA.
  @Test(arguments: TestSubject.allCases)
  func theTablesOfAQueuedUnmapGoBackBeforeItsIOVA(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    let address = domain.address(0, pages: 512)
    #expect(!domain.unmap(0).contains(.tableFreed))
    #expect(domain.tick(10) == [.fired(10), .flushed, .tableFreed, .freed(address)])
  }

  @Test(arguments: TestSubject.allCases)
  func teardownFreesTheTablesThatStillWait(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.map(0, pages: 512)
    domain.map(1)
    domain.unmap(0)
    let tables = domain.liveTables
    #expect(tables == 4)
    // No flush, and no IOVA goes back: the allocator is gone with them.
    #expect(domain.teardown() == Array(repeating: .tableFreed, count: tables))
    #expect(domain.liveTables == 0)
  }
}

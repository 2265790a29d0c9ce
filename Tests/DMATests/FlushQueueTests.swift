// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// IOVAs come from the top of Sv39's lower half downwards.
private func iova(_ index: UInt64) -> UInt64 { 0x3f_ffff_f000 - index << 12 }

@Suite struct FlushQueueTests {
  @Test func aStrictUnmapSyncsBeforeTheIOVAGoesBack() {
    let domain = TestDomain(mode: IOPT_DMA_STRICT)
    #expect(domain.map(0) == [.allocated(iova(0), 0x1000), .returned(iova(0))])
    #expect(domain.unmap(0) == [.synced, .freed(iova(0)), .returned(0x1000)])
  }

  @Test func aQueuedUnmapWaitsForTheTimer() {
    let domain = TestDomain(timeout: 10)
    domain.map(0)
    #expect(domain.unmap(0) == [.queued(ring: 0, counter: 0), .armed(10), .returned(0x1000)])
    #expect(domain.tick(9) == [])
    #expect(domain.tick(1) == [.fired(10), .flushed, .freed(iova(0))])
    #expect(domain.tick(100) == [])
  }

  @Test func theTimerIsArmedOnceUntilItFires() {
    let domain = TestDomain(timeout: 10)
    for handle in 0..<3 as Range<UInt32> { domain.map(handle) }
    #expect(domain.unmap(0).contains(.armed(10)))
    domain.tick(4)
    #expect(domain.unmap(1) == [.queued(ring: 0, counter: 0), .returned(0x1000)])
    domain.tick(6)
    #expect(domain.unmap(2) == [.queued(ring: 0, counter: 1), .armed(20), .returned(0x1000)])
  }

  @Test func aFullRingFlushesAndKeepsTheTimer() {
    let domain = TestDomain(size: 4, timeout: 10)
    for handle in 0..<5 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<3 as Range<UInt32> { domain.unmap(handle) }
    #expect(
      domain.unmap(3) == [
        .flushed, .freed(iova(0)), .freed(iova(1)), .freed(iova(2)),
        .queued(ring: 0, counter: 1), .returned(0x1000),
      ])
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(3))])
  }

  @Test func anotherCPUsFlushFreesOlderEntriesAtTheNextQueueing() {
    let domain = TestDomain(cpus: 2, size: 2, timeout: 100)
    for handle in 0..<4 as Range<UInt32> { domain.map(handle) }
    domain.unmap(0, cpu: 0)
    domain.unmap(1, cpu: 1)
    #expect(domain.unmap(2, cpu: 1).prefix(2) == [.flushed, .freed(iova(1))])
    // CPU 0's entry is older than that flush: it goes without one of its own.
    #expect(
      domain.unmap(3, cpu: 0) == [
        .freed(iova(0)), .queued(ring: 0, counter: 1), .returned(0x1000),
      ])
  }

  @Test func aSingleQueueTakesEveryCPUsEntries() {
    let domain = TestDomain(queue: IOPT_QUEUE_SINGLE, cpus: 2, timeout: 10)
    domain.map(0)
    domain.map(1)
    #expect(domain.unmap(0, cpu: 1).first == .queued(ring: 0, counter: 0))
    #expect(domain.unmap(1, cpu: 0).first == .queued(ring: 0, counter: 0))
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(0)), .freed(iova(1))])
  }

  @Test func theTimerFreesInTheOrderOfCPUs() {
    let domain = TestDomain(cpus: 2, timeout: 10)
    domain.map(0)
    domain.map(1)
    domain.unmap(0, cpu: 1)
    domain.unmap(1, cpu: 0)
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(1)), .freed(iova(0))])
  }

  @Test func relaxPutsAQueueInForce() {
    let domain = TestDomain(mode: IOPT_DMA_STRICT)
    domain.map(0)
    #expect(domain.relax() == [.returned(0)])
    #expect(domain.unmap(0).first == .queued(ring: 0, counter: 0))
    #expect(domain.relax() == [.returned(0)])
  }

  @Test func aRelaxThatFailsLeavesTheDomainStrict() {
    let domain = TestDomain(mode: IOPT_DMA_STRICT, queueAllocations: 0)
    domain.map(0)
    #expect(domain.relax() == [.returned(TestDomain.noMemory)])
    #expect(domain.unmap(0).first == .synced)
  }

  @Test func aQueueThatFailsAtTheStartLeavesTheDomainStrict() {
    let domain = TestDomain(queueAllocations: 0)
    domain.map(0)
    #expect(domain.unmap(0).first == .synced)
  }
}

@Suite struct HandleTests {
  @Test func aLiveHandleIsNotMappedAgain() {
    let domain = TestDomain()
    domain.map(7)
    #expect(domain.map(7) == [.skipped])
  }

  @Test func aHandleThatIsNotLiveIsNotUnmapped() {
    let domain = TestDomain()
    #expect(domain.unmap(7) == [.skipped])
    domain.map(7)
    domain.unmap(7)
    #expect(domain.unmap(7) == [.skipped])
  }

  @Test func withoutAnIOVANothingIsMapped() {
    let domain = TestDomain(limit: 0xfff)
    #expect(domain.map(0) == [.noIOVA(0x1000), .returned(TestDomain.mappingError)])
    #expect(domain.unmap(0) == [.skipped])
  }
}

@Suite struct DepotTests {
  /// Maps `count` pages and unmaps them all, strictly, so that they go to the CPU's magazines.
  private func churn(_ domain: TestDomain, _ count: UInt32) {
    for handle in 0..<count { domain.map(handle) }
    for handle in 0..<count { domain.unmap(handle) }
  }

  @Test func theDepotIsTrimmedAHundredMillisecondsLater() {
    let domain = TestDomain(mode: IOPT_DMA_STRICT)
    // 254 fill both magazines; then every 127 one more goes to the depot: four in all.
    churn(domain, 254 + 3 * 127 + 1)
    #expect(domain.tick(99) == [])
    // One magazine a CPU may stay: three go, then the work finds nothing more to do.
    #expect(
      domain.tick(1000) == [
        .depotWork(100), .depotWork(200), .depotWork(300), .depotWork(400),
      ])
  }

  @Test func exhaustionEmptiesTheCaches() {
    // Frames 1 to 15.
    let domain = TestDomain(mode: IOPT_DMA_STRICT, limit: 0xffff)
    churn(domain, 15)
    // All of them sit in a magazine of another size; eight in a row are found all the same.
    #expect(domain.map(0, pages: 8) == [.allocated(0x8000, 0x8000), .returned(0x8000)])
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// What a CPU queues while another one flushes.
@Suite struct ConcurrentFlushTests {
  private func domain(_ subject: TestSubject, ringSize: UInt32) -> TestDomain {
    TestDomain(subject) {
      $0.cpus = 2
      $0.size = ringSize
      $0.interrupts = true
    }
  }

  /// The flush counts as started when the entry is stamped, so that it does not cover the entry.
  @Test(arguments: TestSubject.allCases)
  func anEntryThatIsQueuedDuringAFlushWaitsForTheNext(_ subject: TestSubject) {
    let domain = domain(subject, ringSize: 8)
    domain.map(0)
    domain.map(1)
    domain.unmap(0, cpu: 0)
    var meanwhile: [DMARecord] = []
    domain.interrupt(at: IOPT_POINT_FLUSH_IOTLB) { meanwhile = domain.unmap(1, cpu: 1) }
    #expect(domain.tick(10) == [.flushed, .freed(iova(0))])
    #expect(
      meanwhile == [.fired(10), .queued(ring: 1, counter: 1), .armed(20), .returned(0x1000)])
    #expect(domain.tick(10) == [.fired(20), .flushed, .freed(iova(1))])
  }

  /// Neither its own flush nor the one under way covers what a full ring holds: `queue_iova()` frees
  /// nothing then, and adds its entry all the same (`fq_ring_add()`). The ring's ends meet, and all
  /// that it held is forgotten: these IOVAs never come back.
  @Test(arguments: TestSubject.allCases)
  func aRingThatOverflowsDuringAFlushForgetsItsEntries(_ subject: TestSubject) {
    let domain = domain(subject, ringSize: 2)
    for handle in 0..<4 as Range<UInt32> { domain.map(handle) }
    domain.unmap(0, cpu: 0)
    var meanwhile: [DMARecord] = []
    domain.interrupt(at: IOPT_POINT_FLUSH_IOTLB) {
      domain.unmap(1, cpu: 1)
      meanwhile = domain.unmap(2, cpu: 1)
    }
    #expect(domain.tick(10) == [.flushed, .freed(iova(0))])
    #expect(meanwhile == [.flushed, .queued(ring: 1, counter: 2), .returned(0x1000)])
    domain.unmap(3, cpu: 1)
    #expect(domain.tick(100) == [.fired(20), .flushed, .freed(iova(3))])
    #expect(domain.tick(100) == [])
  }
}

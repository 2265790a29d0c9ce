// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

@Suite struct RelaxTests {
  @Test(arguments: TestSubject.allCases)
  func relaxPutsAQueueInForceForBuffersThatAreMapped(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.mode = IOPT_DMA_STRICT }
    domain.map(0)
    domain.map(1)
    #expect(domain.unmap(0) == [.synced, .freed(iova(0)), .returned(0x1000)])
    #expect(domain.relax() == [.returned(0)])
    #expect(domain.unmap(1) == [.queued(ring: 0, counter: 0), .armed(10), .returned(0x1000)])
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(1))])
  }

  @Test(arguments: TestSubject.allCases)
  func relaxingAQueuedDomainDoesNothing(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.queueAllocations = 1
    }
    #expect(domain.relax() == [.returned(0)])
    domain.map(0)
    domain.unmap(0)
    // A second queue could not be allocated, and is not asked for; the entry still waits.
    #expect(domain.relax() == [.returned(0)])
    #expect(domain.tick(10) == [.fired(10), .flushed, .freed(iova(0))])
  }

  @Test(arguments: TestSubject.allCases)
  func aRelaxThatFailsLeavesTheDomainStrict(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.queueAllocations = 0
    }
    domain.map(0)
    #expect(domain.relax() == [.returned(TestDomain.noMemory)])
    #expect(domain.unmap(0) == [.synced, .freed(iova(0)), .returned(0x1000)])
  }

  @Test(arguments: TestSubject.allCases)
  func aQueueThatFailsAtTheStartLeavesTheDomainStrict(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.queueAllocations = 0 }
    domain.map(0)
    #expect(domain.unmap(0) == [.synced, .freed(iova(0)), .returned(0x1000)])
  }

  @Test(arguments: TestSubject.allCases)
  func aSingleQueueIsRelaxedTo(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.queue = IOPT_QUEUE_SINGLE
      $0.cpus = 2
      $0.mode = IOPT_DMA_STRICT
    }
    domain.map(0)
    _ = domain.relax()
    #expect(domain.unmap(0, cpu: 1).first == .queued(ring: 0, counter: 0))
  }
}

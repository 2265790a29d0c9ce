// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// The order in which things fall due, on each subject.
@Suite struct VirtualTimeTests {
  /// Sends one magazine of the size class to the depot, on a strict domain.
  private func fill(_ domain: TestDomain, pages: UInt64) {
    for handle in 0..<255 as Range<UInt32> { domain.map(handle, pages: pages) }
    for handle in 0..<255 as Range<UInt32> { domain.unmap(handle) }
  }

  @Test(arguments: TestSubject.allCases)
  func theFlushTimerComesBeforeDepotWorkOfTheSameTime(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.timeout = 100
    }
    domain.map(1000)
    fill(domain, pages: 1)
    _ = domain.relax()
    domain.unmap(1000)
    #expect(
      domain.tick(100) == [.fired(100), .flushed, .freed(iova(0)), .depotWork(100)])
  }

  @Test(arguments: TestSubject.allCases)
  func whatIsDueEarlierComesFirst(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.timeout = 101
    }
    domain.map(1000)
    fill(domain, pages: 1)
    _ = domain.relax()
    domain.unmap(1000)
    #expect(
      domain.tick(500) == [.depotWork(100), .fired(101), .flushed, .freed(iova(0))])
  }

  /// Every class has its own work. The second one is scheduled 30 ms after the first.
  @Test(arguments: TestSubject.allCases)
  func eachSizeClassHasItsOwnDepotWork(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.mode = IOPT_DMA_STRICT }
    fill(domain, pages: 2)
    domain.tick(30)
    fill(domain, pages: 1)
    #expect(domain.tick(500) == [.depotWork(100), .depotWork(130)])
  }

  @Test(arguments: TestSubject.allCases)
  func workThatIsScheduledInATickCountsFromItsDueTime(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.size = 512 }
    for handle in 0..<255 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<255 as Range<UInt32> { domain.unmap(handle) }
    // The flush at 10 ms frees 255: one magazine goes to the depot then.
    let records = domain.tick(1000)
    #expect(records.first == .fired(10))
    #expect(records.last == .depotWork(110))
  }

  @Test(arguments: TestSubject.allCases)
  func aTimeoutOfNothingIsDueAtTheNextTick(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.timeout = 0 }
    domain.map(0)
    #expect(domain.unmap(0).contains(.armed(0)))
    #expect(domain.tick(0) == [.fired(0), .flushed, .freed(iova(0))])
  }

  @Test(arguments: TestSubject.allCases)
  func aDueTimePastTheEndOfTimeHasPassedAlready(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.tick(.max)
    domain.map(0)
    #expect(domain.unmap(0).contains(.armed(9)))
    #expect(domain.tick(0) == [.fired(9), .flushed, .freed(iova(0))])
  }

  @Test(arguments: TestSubject.allCases)
  func timeThatWrapsPassesNothingOnItsWay(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.tick(100)
    domain.map(0)
    domain.unmap(0)
    #expect(domain.tick(.max - 50) == [])
    #expect(domain.tick(60) == [])
    #expect(domain.tick(1) == [.fired(110), .flushed, .freed(iova(0))])
  }
}

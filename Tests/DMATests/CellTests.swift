// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// What virtual CPUs share, and the side of each yield point on which it is read or written.
@Suite struct CellTests {
  private let relaxed = UInt64(IOPT_RELAXED.rawValue)
  private let release = UInt64(IOPT_RELEASE.rawValue)
  private let full = UInt64(IOPT_ACQ_REL.rawValue)

  private func listening(
    _ subject: TestSubject, _ change: (inout TestSettings) -> Void = { _ in }
  ) -> TestDomain {
    TestDomain(subject) {
      $0.listening = [.points, .cells]
      change(&$0)
    }
  }

  /// The point before each count rises, the flush between the two.
  private var flush: [DMARecord] {
    [
      .point(.flushStart), .load(.flushStartCount),
      .exchange(.flushStartCount, order: relaxed), .point(.flushIOTLB), .flushed,
      .point(.flushFinish), .load(.flushFinishCount),
      .exchange(.flushFinishCount, order: relaxed),
    ]
  }

  @Test(arguments: TestSubject.allCases)
  func aQueueIsPublishedLastAndWithRelease(_ subject: TestSubject) {
    let domain = listening(subject) { $0.mode = IOPT_DMA_STRICT }
    #expect(
      domain.relax() == [
        .store(.flushStartCount, order: relaxed), .store(.flushFinishCount, order: relaxed),
        .store(.timerOn, order: relaxed), .point(.fqDomainPublish),
        .store(.fqDomain, order: release), .returned(0),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func anUnmapReadsTheQueueOnceAndTheCountsUnderTheLock(_ subject: TestSubject) {
    let domain = listening(subject)
    domain.map(0)
    #expect(
      domain.unmap(0) == [
        .point(.fqDomainRead), .load(.fqDomain), .point(.fqLock), .load(.flushFinishCount),
        .load(.flushStartCount), .queued(ring: 0, counter: 0), .point(.fqUnlock),
        .point(.timerTest), .load(.timerOn), .point(.timerSet),
        .exchange(.timerOn, order: full), .armed(10), .returned(0x1000),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func theTimerFlagFallsBeforeTheFlush(_ subject: TestSubject) {
    let domain = listening(subject)
    domain.map(0)
    domain.unmap(0)
    #expect(
      domain.tick(10)
        == [.fired(10), .store(.timerOn, order: relaxed)] + flush + [
          .point(.fqLock), .load(.flushFinishCount), .point(.iovaHandover), .freed(iova(0)),
          .point(.fqUnlock),
        ])
  }

  @Test(arguments: TestSubject.allCases)
  func aFullRingReadsTheFinishCountAgainAfterItsFlush(_ subject: TestSubject) {
    let domain = listening(subject) { $0.size = 2 }
    domain.map(0)
    domain.map(1)
    domain.unmap(0)
    #expect(
      domain.unmap(1)
        == [
          .point(.fqDomainRead), .load(.fqDomain), .point(.fqLock), .load(.flushFinishCount),
        ] + flush + [
          .load(.flushFinishCount), .point(.iovaHandover), .freed(iova(0)),
          .load(.flushStartCount), .queued(ring: 0, counter: 1), .point(.fqUnlock),
          .point(.timerTest), .load(.timerOn), .returned(0x1000),
        ])
  }

  @Test(arguments: TestSubject.allCases)
  func aTableIsInstalledWithRelease(_ subject: TestSubject) {
    let domain = listening(subject)
    let install: [DMARecord] = [
      .point(.tableInstall), .exchange(.tableWord, order: release),
    ]
    #expect(
      domain.map(0) == [.allocated(iova(0), 0x1000)] + install + install + [.returned(iova(0))])
  }
}

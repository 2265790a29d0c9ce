// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

@Suite struct MappingTests {
  @Test(arguments: TestSubject.allCases)
  func anAddressKeepsTheBuffersOffset(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    #expect(
      domain.map(0, pa: 0x8000_0ff0, length: 0x10) == [
        .allocated(iova(0), 0x1000), .returned(iova(0) + 0xff0),
      ])
    #expect(domain.translate(iova(0) + 0xfff) == 0x8000_0fff)
  }

  @Test(arguments: TestSubject.allCases)
  func aBufferThatCrossesAPageTakesBoth(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    #expect(
      domain.map(0, pa: 0x8000_0fff, length: 2) == [
        .allocated(iova(1), 0x2000), .returned(iova(1) + 0xfff),
      ])
    #expect(domain.translate(iova(0)) == 0x8000_1000)
    #expect(domain.unmap(0).last == .returned(0x2000))
    #expect(domain.translate(iova(0)) == 0)
    #expect(domain.translate(iova(1)) == 0)
  }

  /// The IOVA goes back at once, also on a queued domain: no device was told of it.
  @Test(arguments: TestSubject.allCases)
  func aMapThatFailsGivesItsIOVABack(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.failAllocation(2)
    #expect(
      domain.map(0) == [
        .allocated(iova(0), 0x1000), .freed(iova(0)), .returned(TestDomain.mappingError),
      ])
    #expect(domain.unmap(0) == [.skipped])
    #expect(domain.address(0) == iova(0))
  }

  @Test(arguments: TestSubject.allCases)
  func aLiveHandleIsNotMappedAgain(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    domain.map(7)
    #expect(domain.map(7) == [.skipped])
    #expect(domain.mapList(7, [(0x1000, 0x1000)]) == [.skipped])
  }

  @Test(arguments: TestSubject.allCases)
  func aHandleThatIsNotLiveIsNotUnmapped(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    #expect(domain.unmap(7) == [.skipped])
    domain.map(7)
    domain.unmap(7)
    #expect(domain.unmap(7) == [.skipped])
  }
}

@Suite struct ScatterlistTests {
  @Test(arguments: TestSubject.allCases)
  func piecesLieOneAfterTheOtherInOneRange(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    let records = domain.mapList(0, [(0x8000_0000, 0x1000), (0x9000_0000, 0x2000)])
    let start = iova(3)
    #expect(records == [.allocated(start, 0x3000), .returned(start)])
    #expect(domain.translate(start) == 0x8000_0000)
    #expect(domain.translate(start + 0x1000) == 0x9000_0000)
    #expect(domain.translate(start + 0x2fff) == 0x9000_1fff)
    #expect(domain.unmap(0).last == .returned(0x3000))
    #expect(domain.translate(start + 0x2000) == 0)
  }

  /// Two pieces of 1 MiB that touch make one leaf of 2 MiB, which needs no table for it.
  @Test(arguments: TestSubject.allCases)
  func piecesThatTouchAreMappedAsOne(_ subject: TestSubject) {
    let touching = TestDomain(subject)
    _ = touching.mapList(0, [(0x8000_0000, 0x10_0000), (0x8010_0000, 0x10_0000)])
    #expect(touching.liveTables == 2)
    let apart = TestDomain(subject)
    _ = apart.mapList(0, [(0x8000_0000, 0x10_0000), (0x8020_0000, 0x10_0000)])
    #expect(apart.liveTables == 3)
  }

  /// One strict sync for what was mapped before, even on a queued domain, and the IOVA is free.
  @Test(arguments: TestSubject.allCases)
  func aListThatFailsHalfWayIsUnmappedStrictly(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    // The second piece's physical address is too wide.
    let records = domain.mapList(0, [(0x8000_0000, 0x1000), (1 << 60, 0x1000)])
    let start = iova(1)
    #expect(
      records == [
        .allocated(start, 0x2000), .synced, .freed(start), .returned(TestDomain.mappingError),
      ])
    #expect(domain.translate(start) == 0)
    #expect(domain.unmap(0) == [.skipped])
  }

  @Test(arguments: TestSubject.allCases)
  func aListOfEmptyPiecesTakesNoIOVA(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    #expect(domain.mapList(0, [(0x1000, 0), (0, 0)]) == [.returned(0)])
    #expect(domain.mapList(0, [(0x1000, 0)]) == [.skipped])
    #expect(domain.unmap(0) == [.returned(0)])
    #expect(domain.unmap(0) == [.skipped])
  }

  /// The core finds a list's end by its first piece.
  @Test(arguments: TestSubject.allCases)
  func aListThatBeginsEmptyIsNotUnmapped(_ subject: TestSubject) {
    let domain = TestDomain(subject)
    let records = domain.mapList(0, [(0, 0), (0x8000_0000, 0x1000)])
    #expect(records == [.allocated(iova(0), 0x1000), .returned(iova(0))])
    #expect(domain.unmap(0) == [.returned(0)])
    #expect(domain.translate(iova(0)) == 0x8000_0000)
    #expect(domain.unmap(0) == [.skipped])
  }
}

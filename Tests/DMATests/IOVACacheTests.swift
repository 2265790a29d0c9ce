// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// The caches of freed IOVAs, on each subject.
@Suite struct IOVACacheTests {
  private func strict(_ subject: TestSubject, cpus: UInt32 = 1) -> TestDomain {
    TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.cpus = cpus
    }
  }

  /// Maps `count` pages and unmaps them all in the same order.
  private func churn(_ domain: TestDomain, _ count: UInt32, cpu: UInt32 = 0) {
    for handle in 0..<count { domain.map(handle, cpu: cpu) }
    for handle in 0..<count { domain.unmap(handle, cpu: cpu) }
  }

  @Test(arguments: TestSubject.allCases)
  func theLastFreedIsHandedOutFirst(_ subject: TestSubject) {
    let domain = strict(subject)
    churn(domain, 3)
    #expect(domain.address(0) == iova(2))
    #expect(domain.address(1) == iova(1))
    #expect(domain.address(2) == iova(0))
    #expect(domain.address(3) == iova(3))
  }

  @Test(arguments: TestSubject.allCases)
  func eachCPUHasItsOwn(_ subject: TestSubject) {
    let domain = strict(subject, cpus: 2)
    domain.map(0, cpu: 1)
    domain.unmap(0, cpu: 1)
    #expect(domain.address(0, cpu: 0) == iova(1))
    #expect(domain.address(1, cpu: 1) == iova(0))
  }

  /// Another CPU sees what went to the tree, and not what is cached.
  @Test(arguments: TestSubject.allCases, [1, 2, 4, 8, 16, 17, 32, 33, 64] as [UInt64])
  func thereAreSixSizeClassesUpTo32Pages(_ subject: TestSubject, _ pages: UInt64) {
    let domain = strict(subject, cpus: 2)
    let address = domain.address(0, pages: pages)
    domain.unmap(0)
    #expect((domain.address(0, pages: pages, cpu: 1) == address) == (pages > 32))
  }

  @Test(arguments: TestSubject.allCases)
  func sizesAreRoundedUpToTheirClass(_ subject: TestSubject) {
    let domain = strict(subject)
    let address = domain.address(0, pages: 3)
    domain.unmap(0)
    #expect(domain.address(0, pages: 2) != address)
    #expect(domain.address(1, pages: 4) == address)
  }

  /// 127 in the loaded magazine and 127 in the previous one: the loaded one gives first, then the two
  /// change places.
  @Test(arguments: TestSubject.allCases)
  func aCPUCachesTwoMagazinesOf127(_ subject: TestSubject) {
    let domain = strict(subject)
    churn(domain, 254)
    #expect(domain.tick(100) == [])
    for index in 0..<254 as Range<UInt32> {
      #expect(domain.address(index) == iova(253 - UInt64(index)))
    }
    #expect(domain.address(254) == iova(254))
  }

  /// The depot's work would show that a magazine went there.
  @Test(arguments: TestSubject.allCases)
  func aFullMagazineChangesPlacesWithAnEmptyOne(_ subject: TestSubject) {
    let domain = strict(subject)
    churn(domain, 254)
    // 128 maps empty the loaded magazine and take one out of the other, which is loaded then.
    for handle in 0..<128 as Range<UInt32> { domain.map(handle) }
    for handle in 0..<128 as Range<UInt32> { domain.unmap(handle) }
    #expect(domain.tick(1000) == [])
  }

  @Test(arguments: TestSubject.allCases)
  func theLoadedMagazineGoesToTheDepotWhenBothAreFull(_ subject: TestSubject) {
    let domain = strict(subject, cpus: 2)
    churn(domain, 255)
    // The 255th is alone in a new magazine, the first 127 are in the previous one; the others are in
    // the depot, where CPU 1 finds them.
    #expect(domain.address(1000, cpu: 1) == iova(253))
    #expect(domain.address(0) == iova(254))
    #expect(domain.address(1) == iova(126))
  }

  @Test(arguments: TestSubject.allCases)
  func theDepotsWorkRunsAHundredMillisecondsLater(_ subject: TestSubject) {
    let domain = strict(subject)
    churn(domain, 255)
    #expect(domain.tick(99) == [])
    // One magazine for each CPU may stay.
    #expect(domain.tick(1) == [.depotWork(100)])
    #expect(domain.tick(1000) == [])
  }

  @Test(arguments: TestSubject.allCases)
  func theDepotIsTrimmedMagazineByMagazineToOneForEachCPU(_ subject: TestSubject) {
    let domain = strict(subject)
    // Four go to the depot: three are trimmed, then the work finds nothing more to do.
    churn(domain, 254 + 3 * 127 + 1)
    #expect(
      domain.tick(1000) == [
        .depotWork(100), .depotWork(200), .depotWork(300), .depotWork(400),
      ])
  }

  @Test(arguments: TestSubject.allCases)
  func moreCPUsKeepMoreInTheDepot(_ subject: TestSubject) {
    let domain = strict(subject, cpus: 3)
    churn(domain, 254 + 3 * 127 + 1)
    #expect(domain.tick(1000) == [.depotWork(100), .depotWork(200)])
  }

  @Test(arguments: TestSubject.allCases)
  func theDepotsWorkIsScheduledOnceAtATime(_ subject: TestSubject) {
    let domain = strict(subject, cpus: 2)
    churn(domain, 255)
    domain.tick(60)
    // A second magazine for the depot, 60 ms later.
    for handle in 0..<381 as Range<UInt32> { domain.map(handle, cpu: 1) }
    for handle in 0..<381 as Range<UInt32> { domain.unmap(handle, cpu: 1) }
    #expect(domain.tick(40) == [.depotWork(100)])
    #expect(domain.tick(200) == [])
  }

  @Test(arguments: TestSubject.allCases)
  func exhaustionEmptiesTheCachesOfAllCPUs(_ subject: TestSubject) {
    // Pages 1 to 15.
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.cpus = 2
      $0.limit = 0xffff
    }
    churn(domain, 15, cpu: 1)
    // All of them sit in a magazine of another size; eight in a row are found all the same.
    #expect(domain.map(0, pages: 8) == [.allocated(0x8000, 0x8000), .returned(0x8000)])
  }

  @Test(arguments: TestSubject.allCases)
  func exhaustionEmptiesTheDepot(_ subject: TestSubject) {
    // Pages 1 to 511: all of them are freed, and 127 lie in the depot, or twice as many.
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.limit = 0x1f_ffff
    }
    churn(domain, 511)
    #expect(domain.address(0, pages: 256) == 0x10_0000)
    #expect(domain.address(1, pages: 128) == 0x8_0000)
  }
}

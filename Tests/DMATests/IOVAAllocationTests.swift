// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI
import Testing

/// Searches, on each subject. Buffers of 64 pages are never cached: they come from the tree and go
/// back to it.
@Suite struct IOVAAllocationTests {
  private let size: UInt64 = 64 << 12

  private func strict(_ subject: TestSubject, limit: UInt64 = .max) -> TestDomain {
    TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.limit = limit
    }
  }

  /// The `index`th place of 64 pages from the top.
  private func place(_ index: UInt64) -> UInt64 { 0x40_0000_0000 - (index + 1) * size }

  @Test(arguments: TestSubject.allCases)
  func addressesComeFromTheTopDown(_ subject: TestSubject) {
    let domain = strict(subject)
    for handle in 0..<3 as Range<UInt32> {
      #expect(domain.address(handle, pages: 64) == place(UInt64(handle)))
    }
  }

  @Test(arguments: TestSubject.allCases)
  func addressesAreAlignedToTheNextPowerOfTwo(_ subject: TestSubject) {
    let domain = strict(subject)
    #expect(domain.address(0) == 0x3f_ffff_f000)
    #expect(domain.address(1, pages: 5) == 0x3f_ffff_0000)
    #expect(domain.address(2, pages: 33) == 0x3f_fffc_0000)
    #expect(domain.address(3, pages: 65) == 0x3f_fff0_0000)
  }

  @Test(arguments: TestSubject.allCases)
  func theNullPageIsNeverHandedOut(_ subject: TestSubject) {
    let domain = strict(subject, limit: 0x1fff)
    #expect(domain.address(0) == 0x1000)
    #expect(domain.map(1) == [.noIOVA(0x1000), .returned(TestDomain.mappingError)])
  }

  @Test(arguments: TestSubject.allCases)
  func aLimitBelowTheSecondPageLeavesNothing(_ subject: TestSubject) {
    let domain = strict(subject, limit: 0xfff)
    #expect(domain.map(0) == [.noIOVA(0x1000), .returned(TestDomain.mappingError)])
  }

  /// The search starts at the node allocated last, and a free moves it up, never down.
  @Test(arguments: TestSubject.allCases)
  func aFreeMovesTheCachedNodeOnlyUp(_ subject: TestSubject) {
    let domain = strict(subject)
    for handle in 0..<4 as Range<UInt32> { domain.map(handle, pages: 64) }
    domain.unmap(0)
    domain.unmap(3)
    #expect(domain.address(4, pages: 64) == place(0))
    #expect(domain.address(5, pages: 64) == place(3))
  }

  /// The node allocated last stands below the hole, so nobody sees it until the search from there
  /// fails.
  @Test(arguments: TestSubject.allCases)
  func aHoleAboveTheCachedNodeIsPassedOver(_ subject: TestSubject) {
    let domain = strict(subject)
    // 65 pages, aligned to 128, leave a hole of 127 above them.
    domain.map(0, pages: 64)
    #expect(domain.address(1, pages: 65) == place(3))
    #expect(domain.address(2, pages: 64) == place(4))
  }

  /// Below 4 GiB the same holds with a node of its own, and the search begins once more above it
  /// when there is nothing below.
  @Test(arguments: TestSubject.allCases)
  func aSearchBelow4GiBThatFailsIsRetriedAboveTheCachedNode(_ subject: TestSubject) {
    // Pages 1 to 255: 64 pages at 192 and at 128, 33 at 64, which leave 31 above them.
    let domain = strict(subject, limit: 0xf_ffff)
    #expect(domain.address(0, pages: 64) == 0xc_0000)
    #expect(domain.address(1, pages: 64) == 0x8_0000)
    #expect(domain.address(2, pages: 33) == 0x4_0000)
    // 63 pages are left below: aligned to 32, there is one place for 32.
    #expect(domain.address(3, pages: 32) == 0x2_0000)
    // Not the 31 pages above, as long as there is a place below.
    #expect(domain.address(4, pages: 16) == 0x1_0000)
    #expect(domain.address(5, pages: 16) == 0x7_0000)
  }

  /// `max32_alloc_size` only saves a search that would fail too; what shows is that a free below
  /// 4 GiB lifts it.
  @Test(arguments: TestSubject.allCases)
  func aSizeThatFailedBelow4GiBIsLookedForAgainAfterAFreeThere(_ subject: TestSubject) {
    let domain = strict(subject, limit: 0xf_ffff)
    for handle in 0..<3 as Range<UInt32> { domain.map(handle, pages: 64) }
    #expect(domain.address(3, pages: 64) == TestDomain.mappingError)
    #expect(domain.address(3, pages: 64) == TestDomain.mappingError)
    #expect(domain.address(3, pages: 33) == TestDomain.mappingError)
    domain.unmap(1)
    #expect(domain.address(3, pages: 64) == 0x8_0000)
  }

  @Test(arguments: TestSubject.allCases)
  func aPCIDeviceGetsAddressesBelow4GiBUntilThatFailsOnce(_ subject: TestSubject) {
    let domain = TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.pci32 = true
    }
    // Two of 512 MiB at 3.5 and 3 GiB, and the rest reserved.
    domain.reserve(0x1000, 0xdfff_f000)
    #expect(domain.address(0) == 0xffff_f000)
    #expect(domain.address(1, pages: 0x10000) == 0xe000_0000)
    #expect(domain.address(2, pages: 0x10000) == 0x3f_f000_0000)
    // There is room for a page below 4 GiB, and nobody asks.
    #expect(domain.address(3) == 0x3f_efff_f000)
  }
}

@Suite struct ReservationTests {
  private func strict(_ subject: TestSubject) -> TestDomain {
    // Pages 1 to 15.
    TestDomain(subject) {
      $0.mode = IOPT_DMA_STRICT
      $0.limit = 0xffff
    }
  }

  @Test(arguments: TestSubject.allCases)
  func aReservationIsNotHandedOut(_ subject: TestSubject) {
    let domain = strict(subject)
    domain.reserve(0xe000, 0x1001)
    #expect(domain.address(0) == 0xd000)
  }

  @Test(arguments: TestSubject.allCases)
  func aReservationCoversThePagesThatItTouches(_ subject: TestSubject) {
    let domain = strict(subject)
    domain.reserve(0xefff, 2)
    #expect(domain.address(0) == 0xd000)
  }

  @Test(arguments: TestSubject.allCases)
  func overlappingReservationsCoverWhatEitherDoes(_ subject: TestSubject) {
    let domain = strict(subject)
    domain.reserve(0xc000, 0x2000)
    domain.reserve(0xe000, 0x1000)
    domain.reserve(0xb000, 0x5000)
    #expect(domain.address(0) == 0xa000)
  }

  /// The reservation joins the live range, which takes it along when it is freed. Ranges up to 32
  /// pages are cached and not freed; so this one has 33.
  @Test(arguments: TestSubject.allCases)
  func aReservationOverALiveRangeGoesWithIt(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.mode = IOPT_DMA_STRICT }
    let address = domain.address(0, pages: 33)
    domain.reserve(address - 0x4_0000, 0x4_1000)
    #expect(domain.address(1, pages: 33) == address - 0x8_0000)
    domain.unmap(0)
    #expect(domain.address(2, pages: 33) == address)
    #expect(domain.address(3, pages: 33) == address - 0x4_0000)
  }

  @Test(arguments: TestSubject.allCases)
  func whatAReservationLeavesAboveALiveRangeStays(_ subject: TestSubject) {
    let domain = TestDomain(subject) { $0.mode = IOPT_DMA_STRICT }
    domain.map(0, pages: 64)
    let address = domain.address(1, pages: 33)
    // From its last page to the end of what alignment left.
    domain.reserve(address + 0x2_0000, 0x2_0000)
    domain.unmap(1)
    // The 64 pages from there are not all free.
    #expect(domain.address(2, pages: 64) == address - 0x4_0000)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// VT-d: what is sent, and what each command is sure to remove.
@Suite struct VTDCommandTests {
  private func vtd(
    _ release: Kernel = .linux7_3, caching: Bool = false, mamv: UInt8 = 18, ats: Bool = false,
    _ format: Format = .vtdss
  ) -> VTDCommands {
    VTDCommands(
      caching: caching, largestMask: mamv, ats: ats, release: release, format: format)
  }

  // Granularity by address, IH and S in a command's flags.
  private func second(_ address: UInt64, _ mask: UInt8 = 0, _ more: UInt8 = 0) -> Command {
    Command(2, flags: 3 | more, operand: mask, address: address)
  }

  // MARK: What is sent

  @Test func theSmallestAlignedPowerOfTwoIsMasked() {
    for release in Kernel.allCases {
      for (first, last, text) in [
        (0x1000, 0x1fff, "ADDR=0x1000 AM=0 IH"), (0x1000, 0x2fff, "ADDR=0x0 AM=2 IH"),
        (0x20_0000, 0x3f_ffff, "ADDR=0x200000 AM=9 IH"),
        (.max - 0x1fff, .max, "ADDR=0xffffffffffffe000 AM=1 IH"),
      ] as [(UInt64, UInt64, String)] {
        #expect(vtd(release).texts(.sync(first, last)) == ["IOTLB Invalidate \(text)"])
        #expect(
          vtd(release, .x8664).texts(.sync(first, last)) == ["PASID-based IOTLB Invalidate \(text)"]
        )
      }
    }
  }

  @Test func allReleasesFindTheSamePowerOfTwo() {
    var requests = DriverRequests(seed: 2)
    for _ in 0..<2000 {
      let (first, last) = requests.range()
      let call = DriverCall.sync(first & ~0xfff, last | 0xfff)
      #expect(vtd(.linux7_1, mamv: 63).texts(call) == vtd(.linux7_2, mamv: 63).texts(call))
    }
  }

  @Test func theHintIsSetUnlessTablesAreFreed() {
    #expect(vtd().texts(.sync(0, 0xfff)) == ["IOTLB Invalidate ADDR=0x0 AM=0 IH"])
    #expect(vtd().texts(.sync(0, 0xfff, frees: true)) == ["IOTLB Invalidate ADDR=0x0 AM=0"])
  }

  @Test func aboveTheLargestMaskTheSecondStageNamesTheDomainAndTheFirstDoesNot() {
    let call = DriverCall.sync(0, 0xf_ffff)
    #expect(vtd(mamv: 8).texts(call) == ["IOTLB Invalidate ADDR=0x0 AM=8 IH"])
    #expect(vtd(mamv: 7).texts(call) == ["IOTLB Invalidate, domain-selective"])
    #expect(
      vtd(mamv: 7, .x8664).texts(call) == ["PASID-based IOTLB Invalidate ADDR=0x0 AM=8 IH"])
  }

  @Test func theWholeSpaceIsNamedAsSuch() {
    for release in Kernel.allCases {
      for call in [DriverCall.flushAll, .sync(0, .max), .sync(0x1000, .max)] {
        #expect(vtd(release, mamv: 48).reaches(call) == [.everything])
        #expect(vtd(release, .x8664).reaches(call) == [.everything])
      }
    }
  }

  @Test func aMapIsToldInCachingModeOfASecondStageAlone() {
    let call = DriverCall.syncMap(first: 0x1000, length: 0x1000)
    let caching = vtd(caching: true, ats: true)
    #expect(caching.texts(call) == ["IOTLB Invalidate ADDR=0x1000 AM=0"])
    #expect(caching.cachesAbsence)
    #expect(vtd().texts(call).isEmpty && !vtd().cachesAbsence)
    #expect(vtd(caching: true, .x8664).texts(call).isEmpty)
    #expect(!vtd(caching: true, .x8664).cachesAbsence)
  }

  @Test func devicesAreToldAfterTheIOMMU() {
    #expect(!vtd().hasDeviceTLB)
    #expect(
      vtd(ats: true).texts(.sync(0x1000, 0x2fff)) == [
        "IOTLB Invalidate ADDR=0x0 AM=2 IH", "Device-TLB Invalidate ADDR=0x1000 S",
      ])
    #expect(vtd(ats: true).reaches(.sync(0x1000, 0x2fff))[1].last == 0x3fff)
    #expect(vtd(ats: true).reaches(.flushAll) == [.everything, .allDevices])
    #expect(vtd(ats: true, .x8664).reaches(.flushAll) == [.everything, .allDevices])
  }

  // MARK: What is promised

  @Test func withoutTheHintPointersGoTooAndALeafCoveredInPartStaysAllTheSame() {
    let reach = vtd().reach(of: second(0x4000, 2))
    #expect(reach.removesLeaf(0x7000...0x7fff))
    #expect(!reach.removesLeaf(0x8000...0x8fff) && !reach.removesLeaf(0...0x1f_ffff))
    #expect(reach.pointers == .all)
  }

  @Test func withTheHintPointersAndLeavesCoveredInPartStay() {
    let reach = vtd().reach(of: second(0x20_0000, 9, 4))
    #expect(reach.removesLeaf(0x20_0000...0x3f_ffff) && reach.removesLeaf(0x20_0000...0x20_0fff))
    #expect(!reach.removesLeaf(0...0x3fff_ffff))
    #expect(reach.pointers == .none)
  }

  @Test func aMaskAboveTheLargestIsNoneInTheSecondStageAlone() {
    #expect(vtd(mamv: 9).reach(of: second(0, 9)).last == 0x1f_ffff)
    #expect(vtd(mamv: 9).reach(of: second(0, 10)) == .nothing)
    let first = Command(6, flags: 3, operand: 51, address: 1 << 63)
    #expect(vtd(mamv: 9, .x8664).reach(of: first).last == .max)
    #expect(
      vtd(mamv: 63).reach(of: second(0x1000, 52)) == Reach(0, .max, leaves: .within, pointers: .all)
    )
  }

  @Test func aDomainOrAPASIDIsEverythingOfTheIOMMUs() {
    #expect(vtd().reach(of: Command(2, flags: 2)) == .everything)
    #expect(vtd().reach(of: Command(6, flags: 2)) == .everything)
    #expect(!vtd().reach(of: Command(2, flags: 2)).isDeviceTLB)
  }

  @Test func aDevicesSizeIsInItsAddress() {
    let device = { (address: UInt64, flags: UInt8) in
      self.vtd().reach(of: Command(3, flags: flags, address: address))
    }
    #expect(device(0x3000, 0) == Reach(0x3000, 0x3fff, isDeviceTLB: true))
    #expect(device(0x3000, 8) == Reach(0, 0x7fff, isDeviceTLB: true))
    #expect(device(0x7fff_ffff_ffff_f000, 8) == .allDevices)
    #expect(device(0xffff_ffff_ffff_f000, 8) == .nothing)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// AMD: what is sent, and what each command is sure to remove.
@Suite struct AMDCommandTests {
  private func amd(
    _ release: Kernel = .linux7_3, np: Bool = false, ats: Bool = false, _ format: Format = .amdv1
  ) -> AMDCommands {
    AMDCommands(npCache: np, ats: ats, release: release, format: format)
  }

  // S, PDE and GN in a command's flags.
  private func pages(_ address: UInt64, _ flags: UInt8 = 0) -> Command {
    Command(3, flags: flags, address: address)
  }

  // MARK: What is sent

  @Test func theSmallestAlignedPowerOfTwoIsEncodedInTheAddress() {
    for release in Kernel.allCases {
      let pde = release == .linux7_1 ? " PDE" : ""
      let driver = amd(release)
      for (first, last, field) in [
        (0x1000, 0x1fff, "1000"), (0x2000, 0x3fff, "2000 S"), (0x1000, 0x2fff, "1000 S"),
        (0x20_0000, 0x3f_ffff, "2ff000 S"), (0, 1 << 52 - 1, "7fffffffff000 S"),
        (0, 1 << 52, "7ffffffffffff000 S"), (0, .max, "7ffffffffffff000 S"),
        (.max - 0x1fff, .max, "ffffffffffffe000 S"), (.max - 0xfff, .max, "fffffffffffff000"),
      ] as [(UInt64, UInt64, String)] {
        #expect(
          driver.texts(.sync(first, last)) == ["INVALIDATE_IOMMU_PAGES ADDR=0x\(field)\(pde)"])
      }
    }
  }

  @Test func pointersAlwaysGoIn7_1AndThenWithFreedTablesAlone() {
    let (kept, freed) = (DriverCall.sync(0, 0xfff), DriverCall.sync(0, 0xfff, frees: true))
    #expect(amd(.linux7_1).reaches(kept)[0].pointers == .all)
    #expect(amd(.linux7_2).reaches(kept)[0].pointers == .none)
    #expect(amd(.linux7_2).reaches(freed)[0].pointers == .all)
    #expect(amd(.linux7_2).reaches(.flushAll) == [.everything])
  }

  @Test func underNpCacheARangeIsSplitIntoAlignedOnes() {
    for release in [Kernel.linux7_1, .linux7_2] {
      let reaches = amd(release, np: true).reaches(.sync(0x1000, 0x5fff))
      #expect(reaches.map(\.first) == [0x1000, 0x2000, 0x4000])
      #expect(reaches.map(\.last) == [0x1fff, 0x3fff, 0x5fff])
    }
  }

  @Test func theWholeSpaceSendsNothingUnderNpCacheIn7_1AndOneCommandThen() {
    #expect(amd(.linux7_1, np: true).texts(.sync(0, .max)).isEmpty)
    #expect(amd(.linux7_1, np: true).texts(.flushAll).count == 63)
    #expect(amd(.linux7_2, np: true).texts(.sync(0, .max)).count == 1)
    #expect(amd(.linux7_2, np: true).texts(.flushAll).count == 1)
  }

  @Test func aMapIsToldUnderNpCacheAlone() {
    let call = DriverCall.syncMap(first: 0x1000, length: 0x1000)
    #expect(amd().texts(call).isEmpty && !amd().cachesAbsence)
    #expect(amd(np: true).texts(call) == ["INVALIDATE_IOMMU_PAGES ADDR=0x1000 PDE"])
    #expect(amd(np: true).cachesAbsence)
  }

  @Test func aNewTopFlushesTheDeviceTableEntry() {
    let call = DriverCall.changeTop(pa: 0x1000, level: 3)
    #expect(amd().texts(call) == ["INVALIDATE_DEVTAB_ENTRY"])
    #expect(amd().reaches(call) == [.root])
    #expect(amd(ats: true).reaches(call) == [.root, .allDevices])
  }

  @Test func guestTablesAreNamedAsSuch() {
    #expect(amd(.linux7_2, .x8664).texts(.sync(0, 0xfff)) == ["INVALIDATE_IOMMU_PAGES ADDR=0x0 GN"])
  }

  @Test func devicesAreToldTheSameRangeAfterTheIOMMU() {
    #expect(!amd().hasDeviceTLB)
    let reaches = amd(ats: true).reaches(.sync(0x2000, 0x3fff))
    #expect(reaches.map(\.isDeviceTLB) == [false, true])
    #expect(reaches.map(\.last) == [0x3fff, 0x3fff])
  }

  // MARK: What is promised

  @Test func withoutSOnePageGoesAndLeavesThatTouchIt() {
    let reach = amd().reach(of: pages(0x3000))
    #expect(reach.removesLeaf(0x3000...0x3fff) && reach.removesLeaf(0...0x1f_ffff))
    #expect(!reach.removesLeaf(0x4000...0x4fff))
  }

  @Test func withSTheLowestZeroIsHalfOfTheSize() {
    let reach = amd().reach(of: pages(0x10_f000, 1))
    #expect((reach.first, reach.last) == (0x10_0000, 0x11_ffff))
    #expect(reach.removesLeaf(0x11_f000...0x11_ffff) && !reach.removesLeaf(0x12_0000...0x12_0fff))
  }

  @Test func onesUpToBit62AreEverythingAndAZeroBetweenThatAnd51IsNothing() {
    let (most, over) = (UInt64(0x7_ffff_ffff_f000), UInt64(0xf_ffff_ffff_f000))
    #expect(amd().reach(of: pages(0x7fff_ffff_ffff_f000, 3)) == .everything)
    #expect(amd().reach(of: pages(most, 1)).last == 1 << 52 - 1)
    #expect(amd().reach(of: pages(over, 1)) == .nothing)
    #expect(amd().reach(of: pages(0xffff_ffff_ffff_f000, 1)) == .nothing)
  }

  @Test func pointersGoWithPDEAloneEvenOfTheWholeDomain() {
    #expect(amd().reach(of: pages(0, 2)).pointers == .all)
    #expect(amd().reach(of: pages(0)).pointers == .none)
    let whole = amd().reach(of: pages(0x7fff_ffff_ffff_f000, 1))
    #expect(whole.pointers == .none && !whole.isEverything && whole.removesLeaf(0...0xfff))
  }

  @Test func theDeviceTableEntryHoldsTheRootAndNoTranslation() {
    let reach = amd().reach(of: Command(2))
    #expect(reach.holdsRoot && !reach.removesLeaf(0...0xfff))
    #expect(!amd().reach(of: pages(0x7fff_ffff_ffff_f000, 3)).holdsRoot)
  }

  @Test func theDevicesCommandReachesDevicesAndTheIOMMUsDoesNot() {
    let device = amd().reach(of: Command(4, flags: 1, address: 0x7fff_ffff_ffff_f000))
    #expect(device == .allDevices)
    #expect(amd().reach(of: Command(4, flags: 2, address: 0x1000)).pointers == .none)
    #expect(!amd().reach(of: pages(0x1000)).isDeviceTLB)
  }
}

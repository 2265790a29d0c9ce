// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// RISC-V: what is sent, and what each command is sure to remove.
@Suite struct RISCVCommandTests {
  private func riscv(
    _ release: Kernel = .linux7_3, nonLeaf: Bool = false, ranges: Bool = false, width: Int = 39
  ) -> RISCVCommands {
    RISCVCommands(nonLeaf: nonLeaf, ranges: ranges, release: release, width: width)
  }

  // AV, NL and S in a command's flags.
  private func addressed(
    _ address: UInt64, _ more: UInt8 = 0, size: UInt8 = 0, count: UInt64 = 1, stride: UInt64 = 0
  ) -> Command {
    Command(1, flags: 1 | more, operand: size, address: address, count: count, stride: stride)
  }

  // MARK: What is sent

  @Test func linux7_1NamesPagesUpToItsLimitAndThenEverything() {
    let driver = riscv(.linux7_1)
    #expect(driver.texts(.sync(0x1000, 0x1fff)) == ["IOTINVAL.VMA ADDR=0x1000"])
    #expect(
      driver.texts(.sync(0x1000, 0x20_0ffe))
        == ["IOTINVAL.VMA ADDR=0x1000 and 511 more, 0x1000 apart"])
    #expect(driver.texts(.sync(0x1000, 0x20_0fff)) == ["IOTINVAL.VMA"])
    #expect(driver.texts(.sync(0x1000, 0x1fff, frees: true)) == ["IOTINVAL.VMA"])
    #expect(driver.texts(.flushAll) == ["IOTINVAL.VMA"])
    #expect(driver.texts(.syncMap(first: 0, length: 0x1000)).isEmpty)
  }

  @Test func levelsDecideTheDistanceOfCommandsFrom7_2On() {
    let driver = riscv(.linux7_2)
    #expect(
      driver.texts(.sync(0x20_0000, 0x7f_ffff, leaves: 2))
        == ["IOTINVAL.VMA ADDR=0x200000 and 2 more, 0x200000 apart"])
    #expect(driver.texts(.sync(0, 0x1f_ffff, leaves: 1)).first!.hasSuffix("511 more, 0x1000 apart"))
    #expect(driver.texts(.sync(0, 0x20_0fff, leaves: 1)) == ["IOTINVAL.VMA"])
    #expect(driver.texts(.sync(0x1000, 0x1fff)) == ["IOTINVAL.VMA"])
  }

  @Test func tablesNeedTheCapabilityNLOrEverything() {
    let call = DriverCall.sync(0x20_0000, 0x3f_ffff, tables: 2)
    #expect(riscv().texts(call) == ["IOTINVAL.VMA"])
    #expect(riscv(nonLeaf: true).texts(call) == ["IOTINVAL.VMA ADDR=0x200000 NL"])
    #expect(riscv(ranges: true).texts(call) == ["IOTINVAL.VMA"])
  }

  @Test func theCapabilitySNamesThePowerOfTwoThatHoldsBothEnds() {
    let driver = riscv(ranges: true)
    #expect(
      driver.texts(.sync(0x1000, 0x2fff, leaves: 1))
        == ["IOTINVAL.VMA ADDR=0x0 S (2^14 bytes)"])
    #expect(driver.texts(.sync(0x1000, 0x1fff, leaves: 1)) == ["IOTINVAL.VMA ADDR=0x1000"])
    #expect(driver.texts(.sync(0, .max, leaves: 1)) == ["IOTINVAL.VMA"])
  }

  // MARK: What is promised

  @Test func aCommandWithoutAnAddressRemovesEverything() {
    #expect(riscv().reach(of: Command(1)) == .everything)
    #expect(riscv().reach(of: addressed(0)) != .everything)
  }

  @Test func anAddressRemovesTheLeafThatHoldsItAndNoOther() {
    let reach = riscv().reach(of: addressed(0x23_4000))
    #expect(reach.removesLeaf(0x23_4000...0x23_4fff))
    #expect(reach.removesLeaf(0x20_0000...0x3f_ffff))
    #expect(!reach.removesLeaf(0x23_5000...0x23_5fff))
    #expect(!reach.removesLeaf(0x23_3000...0x23_3fff))
  }

  @Test func aRowOfAddressesPassesOverLeavesBetweenThem() {
    let reach = riscv().reach(of: addressed(0, count: 3, stride: 0x20_0000))
    #expect(reach.removesLeaf(0x40_0000...0x5f_ffff))
    #expect(!reach.removesLeaf(0x20_1000...0x20_1fff))
    #expect(!reach.removesLeaf(0x60_0000...0x7f_ffff))
  }

  @Test func pointersGoWithNLAlone() {
    let driver = riscv(nonLeaf: true, ranges: true)
    #expect(driver.reach(of: addressed(0x1000, 2)).pointers == .all)
    #expect(driver.reach(of: addressed(0x1000)).pointers == .none)
    #expect(driver.reach(of: addressed(0, 2 | 4, size: 14)).pointers == .all)
    #expect(driver.reach(of: addressed(0, 4, size: 14)).pointers == .none)
  }

  @Test func aRangeRemovesWhatTouchesItAndNoMore() {
    let reach = riscv(ranges: true).reach(of: addressed(0x4000, 4, size: 14))
    #expect(reach.removesLeaf(0x7000...0x7fff) && reach.removesLeaf(0...0x1f_ffff))
    #expect(!reach.removesLeaf(0x8000...0x8fff) && !reach.removesLeaf(0x3000...0x3fff))
  }

  @Test func anAddressThatIsNotCanonicalMayDoNothing() {
    #expect(riscv().reach(of: addressed(0x40_0000_0000)) == .nothing)
    #expect(riscv().reach(of: addressed(0xffff_ffbf_ffff_f000)) == .nothing)
    #expect(riscv().reach(of: addressed(0x3f_ffff_f000)) != .nothing)
    #expect(riscv().reach(of: addressed(0xffff_ffc0_0000_0000)) != .nothing)
    #expect(riscv(width: 48).reach(of: addressed(0x40_0000_0000)) != .nothing)
    #expect(riscv().reach(of: addressed(0x40_0000_0000, 4, size: 20)) == .nothing)
  }

  @Test func aRowThatRunsIntoTheHoleRemovesWhatLiesBeforeIt() {
    let into = riscv().reach(of: addressed(0x3f_ffff_e000, count: 4, stride: 0x1000))
    #expect(into.first == 0x3f_ffff_e000 && into.last == 0x3f_ffff_f000)
    let outOf = riscv().reach(of: addressed(0xffff_ffbf_ffff_f800, count: 3, stride: 0x1000))
    #expect(outOf.first == 0xffff_ffc0_0000_0800 && outOf.last == 0xffff_ffc0_0000_1800)
    let outside = riscv().reach(of: addressed(0x40_0000_0000, count: 3, stride: 0x1000))
    #expect(outside == .nothing)
  }
}

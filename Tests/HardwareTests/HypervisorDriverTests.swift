// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// Drivers of what is no hardware: hypervisors that must be told, and the one that is exact.
@Suite struct HypervisorDriverTests {
  private let shadow = ShadowDriver()
  private let s390 = S390Driver(width: 48)

  private func commands(_ driver: some Driver, _ call: DriverCall) -> [Command] {
    let list = CommandList()
    driver.send(call, to: list)
    return Array(list.commands)
  }

  @Test func aShadowIsToldOfEachRangeOnceMapsToo() {
    #expect(shadow.cachesAbsence)
    #expect(shadow.texts(.sync(0x1000, 0x5fff)) == ["trap for 0x1000 to 0x5fff"])
    #expect(shadow.texts(.syncMap(first: 0x1000, length: 1)) == ["trap for 0x1000 to 0x1fff"])
    #expect(shadow.reaches(.flushAll) == [.everything])
    #expect(shadow.texts(.sync(0x1000, 0xfff)).isEmpty)
  }

  @Test func aShadowRemovesItsRangeWithPointersAndNothingBeside() {
    let reach = shadow.reaches(.sync(0x1000, 0x5fff))[0]
    #expect(reach.removesLeaf(0x5000...0x5fff) && !reach.removesLeaf(0x6000...0x6fff))
    #expect(reach.pointers == .all)
  }

  /// Whoever shadows page by page keeps the rest of a large leaf.
  @Test func aLargeLeafGoesOnlyWithAllOfIt() {
    for driver in [shadow, s390, ExactDriver()] as [any Driver] {
      func removes(_ last: UInt64) -> Bool {
        driver.reaches(.sync(0, last))[0].removesLeaf(0...0x1f_ffff)
      }
      #expect(!removes(0xfff) && !removes(0x1f_efff) && removes(0x1f_ffff), "\(driver.name)")
    }
  }

  @Test func eachCommandIsATrapThatReadsItsRangeAgain() {
    let command = commands(shadow, .sync(0x1000, 0x5fff))[0]
    #expect(shadow.traps(of: command) == 1 && shadow.rereads(of: command) == 5)
    #expect(shadow.rereads(of: commands(shadow, .flushAll)[0]) == nil)
    let amd = AMDCommands(npCache: true, ats: true, release: .linux7_3, format: .amdv1)
    let both = commands(amd, .sync(0, 0x3fff))
    #expect(both.map(amd.traps) == [1, 1] && both.map(amd.rereads) == [4, 0])
  }

  @Test func hardwareTakesNoTraps() {
    let amd = AMDCommands(npCache: false, ats: false, release: .linux7_3, format: .amdv1)
    let command = commands(amd, .sync(0, 0x3fff))[0]
    #expect(amd.traps(of: command) == 0 && amd.rereads(of: command) == 0)
  }

  @Test func s390RefreshesRangesAndOnMapsToo() {
    #expect(s390.cachesAbsence)
    #expect(s390.texts(.sync(0x1000, 0x5fff)) == ["RPCIT 0x1000 0x5000"])
    #expect(s390.texts(.syncMap(first: 0x1000, length: 0x2000)) == ["RPCIT 0x1000 0x2000"])
    #expect(s390.texts(.flushAll) == ["RPCIT 0x0 0x1000000000000"])
    #expect(s390.texts(.sync(.max, 0)).isEmpty)
    let widest = S390Driver(width: 64).reaches(.flushAll)
    #expect(
      [0x1000, .max - 0xfff].allSatisfy { page in
        widest.contains { $0.removesLeaf(page...page | 0xfff) }
      })
  }

  @Test func s390RemovesItsRangeAndNothingOfALengthThatWraps() {
    let reach = s390.reaches(.sync(0x1000, 0x5fff))[0]
    #expect(reach.removesLeaf(0x5000...0x5fff) && !reach.removesLeaf(0x6000...0x6fff))
    #expect(reach.pointers == .all)
    #expect(s390.reaches(.sync(0, .max)) == [.nothing])
  }

  @Test func theExactOneRemovesTheRangeAndPointersWithTablesAlone() {
    let exact = ExactDriver()
    let kept = exact.reaches(.sync(0x1000, 0x1fff))[0]
    #expect(kept.removesLeaf(0x1000...0x1fff) && !kept.removesLeaf(0x2000...0x2fff))
    #expect(kept.pointers == .none)
    #expect(exact.reaches(.sync(0x1000, 0x1fff, frees: true))[0].pointers == .all)
    #expect(exact.reaches(.flushAll) == [.everything])
  }
}

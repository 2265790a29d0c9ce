// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// Each meter on a scenario whose figure is worked out by hand. The domain has three tables: the top leads
/// to one of 1 GiB, that to one of 2 MiB, in which 0x1000 and 0x2000 are mapped: two pointers, two leaves.
@Suite struct CostTests {
  private static let unmap = Operation.unmap(iova: 0x1000, length: 0x1000)
  private static let clear = FedJudge.Record.store(2, 1, 0)

  private func count(
    _ records: [FedJudge.Record], as operation: Operation = unmap,
    driver: any Driver = ExactDriver(),
    features: Features = .flushRange, hasSyncMap: Bool = false
  ) throws -> HardwareCosts {
    let fed = try FedJudge(
      features: features, driver: driver, hasSyncMap: hasSyncMap, measures: true)
    #expect(fed.run(operation, records) == nil)
    return fed.costs()
  }

  private func driver(_ name: String, _ release: Kernel = .linux7_3) throws -> any Driver {
    try DriverChoice(parsing: name).driver(for: FedJudge.domain, release: release)
  }

  /// One command for the page that was unmapped: 4096 bytes for 4096, and nothing is lost.
  @Test func whatIsExactLosesNothing() throws {
    var expected = HardwareCosts()
    (expected.commands, expected.waits) = (1, 1)
    (expected.bytesInvalidated, expected.bytesChanged) = (0x1000, 0x1000)
    #expect(try count([Self.clear, .sync(0x1000, 0x1fff)]) == expected)
  }

  /// Two pages for the one: the other leaf goes with it.
  @Test func aWiderRangeLosesTheLeafBesideIt() throws {
    let costs = try count([Self.clear, .sync(0x1000, 0x2fff)])
    #expect(costs.bytesInvalidated == 0x2000 && costs.bytesChanged == 0x1000)
    #expect(costs.leavesLost == 1 && costs.pointersLost == 0)
  }

  /// Everything: both pointers and the leaf that is left; no bytes are named.
  @Test func aFlushLosesEverything() throws {
    let costs = try count([Self.clear, .flush])
    #expect(costs.wholeInvalidations == 1 && costs.bytesInvalidated == 0)
    #expect(costs.leavesLost == 1 && costs.pointersLost == 2)
  }

  /// The lower table goes with both leaves, 8192 bytes. Its pointer and they had to go; the upper table's
  /// pointer lies on the way and had not.
  @Test func aRemovedTableCostsThePointersAboveIt() throws {
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let costs = try count(
      [.store(1, 0, 0), .sync(0, 0x1f_ffff, tables: [2]), .free(2), .result(0x20_0000)], as: all)
    #expect(costs.bytesChanged == 0x2000 && costs.bytesInvalidated == 0x20_0000)
    #expect(costs.pointersLost == 1 && costs.leavesLost == 0)
  }

  /// 7.1's RISC-V driver names each page: two commands of a page each, one wait.
  @Test func aRowOfAddressesIsAsManyCommands() throws {
    let both = Operation.unmap(iova: 0x1000, length: 0x2000)
    let costs = try count(
      [.store(2, 1, 0, count: 2), .sync(0x1000, 0x2fff)], as: both,
      driver: driver("riscv", .linux7_1))
    #expect(costs.commands == 2 && costs.waits == 1 && costs.bytesInvalidated == 0x2000)
  }

  /// A range of two pages is a trap and two entries; everything is a trap and the one leaf there is.
  @Test func aHypervisorReadsAgainWhatItIsTold() throws {
    let range = try count([Self.clear, .sync(0x1000, 0x2fff)], driver: driver("shadow"))
    #expect(range.traps == 1 && range.rereads == 2)
    let all = try count([Self.clear, .flush], driver: driver("shadow"))
    #expect(all.traps == 1 && all.rereads == 1)
    #expect(try count([Self.clear, .sync(0x1000, 0x2fff)]).traps == 0)
  }

  /// 0x3000 is mapped; 0x1000 to 0x3fff goes as 4 KiB and 8 KiB, pointers too. Both pointers lie on the
  /// way of both commands and are lost once; the leaves at 0x1000 and 0x2000 are; 0x3000 was cached as
  /// absent, which is what had to go. Two commands are two traps, for one page and two.
  @Test func whatSeveralCommandsOfAWaitReachIsLostOnce() throws {
    let map = Operation.map(iova: 0x3000, pa: 0xa000, length: 0x1000, prot: .read)
    let costs = try count(
      [.store(2, 3, FedJudge.page(0xa000)), .syncMap(0x1000, 0x3000), .result(0)], as: map,
      driver: driver("amd-np"), hasSyncMap: true)
    #expect(costs.commands == 2 && costs.waits == 1 && costs.bytesInvalidated == 0x3000)
    #expect(costs.pointersLost == 2 && costs.leavesLost == 2 && costs.bytesChanged == 0x1000)
    #expect(costs.traps == 2 && costs.rereads == 3)
  }

  /// A leaf that may be cached as dirty has to go, though its translation stays.
  @Test func whatIsCachedAsDirtyHadToGo() throws {
    let fed = try FedJudge(measures: true)
    let dirty = FedJudge.Record.store(2, 1, FedJudge.page(0x8000) | 0x200)
    #expect(fed.run(.setDirty(iova: 0x1000), [dirty, .result(0)]) == nil)
    let read = Operation.readAndClearDirty(gather: 0, iova: 0x1000, length: 0x1000, keep: false)
    let cleared = FedJudge.Record.store(2, 1, FedJudge.page(0x8000))
    #expect(fed.run(read, [.dirty(0x1000, 0x1000), cleared]) == nil)
    #expect(fed.run(.iotlbSync(gather: 0), [.sync(0x1000, 0x1fff)]) == nil)
    let costs = fed.costs()
    #expect(costs.leavesLost == 0 && costs.bytesChanged == 0x1000)
  }

  /// The cleared word's line, once.
  @Test func aWriteBackIsCounted() throws {
    let costs = try count(
      [Self.clear, .clean(2, 1, words: 1), .sync(0x1000, 0x1fff)],
      features: [.flushRange, .dmaIncoherent])
    #expect(costs.writeBacks == 1)
  }

  /// Both leaves go and the table stays: the lowest of three is empty, the one above it is not.
  @Test func anEmptyTableIsKept() throws {
    let fed = try FedJudge(measures: true)
    let both = Operation.unmap(iova: 0x1000, length: 0x2000)
    #expect(fed.run(both, [.store(2, 1, 0, count: 2), .sync(0x1000, 0x2fff)]) == nil)
    _ = fed.end()
    #expect(fed.costs().tablesKept == 1)
    let half = try FedJudge(measures: true)
    #expect(half.run(Self.unmap, [Self.clear, .sync(0x1000, 0x1fff)]) == nil)
    _ = half.end()
    #expect(half.costs().tablesKept == 0)
  }

  /// 1 + 2 commands, the longer of 3 ms and 5 ms, 10 + 20 bytes; what is more than a number is the
  /// largest.
  @Test func costsAddUp() {
    var (left, right) = (HardwareCosts(), HardwareCosts())
    (left.commands, right.commands) = (1, 2)
    (left.window.longest, right.window.longest) = (5, 3)
    (left.window.bytes, right.window.bytes) = (10, 20)
    (left.bytesInvalidated, right.bytesInvalidated) = (.max - 1, 2)
    left += right
    #expect(left.commands == 3 && left.window.longest == 5 && left.window.bytes == 30)
    #expect(left.bytesInvalidated == .max)
  }

  @Test func nothingIsCountedWhereNobodyAsks() throws {
    let fed = try FedJudge()
    #expect(fed.run(Self.unmap, [Self.clear, .sync(0x1000, 0x2fff)]) == nil)
    #expect(fed.costs() == HardwareCosts())
  }

  @Test func everyMeterHasANameOfItsOwnAUnitAndASentence() {
    #expect(Set(CostMeter.all.map(\.name)).count == CostMeter.all.count)
    for meter in CostMeter.all {
      #expect(meter.definition.hasSuffix(".") && !meter.unit.isEmpty, "\(meter.name)")
    }
  }
}

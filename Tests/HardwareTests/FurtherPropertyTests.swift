// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// What a leaf is, what becomes of tables and buffers, and what stops: each with what keeps it and what
/// breaks it.
@Suite struct FurtherPropertyTests {
  private static let map = Operation.map(iova: 0x5000, pa: 0xa000, length: 0x1000, prot: .read)
  private static let unmap = Operation.unmap(iova: 0x1000, length: 0x1000)
  private static let clear = FedJudge.Record.store(2, 1, 0)

  @Test func noLeafLeadsToATable() throws {
    let leaf = FedJudge.Record.store(2, 5, FedJudge.page(FedJudge.table(1)))
    let danger = try #require(try FedJudge().run(Self.map, [leaf, .result(0)]))
    #expect(danger.property == .tableExposed && danger.known == nil)
    let asked = Operation.map(
      iova: 0x5000, pa: FedJudge.table(1), length: 0x1000, prot: .read)
    #expect(try FedJudge().run(asked, [leaf, .result(0)])?.known == .tableAskedFor)
    let other = FedJudge.Record.store(2, 5, FedJudge.page(FedJudge.table(9)))
    #expect(try FedJudge().run(Self.map, [other, .result(0)]) == nil)
  }

  /// A table that is filled first and linked then.
  @Test func aLeafIsLookedAtWhenItsTableIsLinked() throws {
    let records: [FedJudge.Record] = [
      .alloc(3), .store(3, 0, FedJudge.page(FedJudge.table(1))), .store(1, 1, FedJudge.link(3)),
      .result(0),
    ]
    let map = Operation.map(iova: 0x20_0000, pa: 0xa000, length: 0x1000, prot: .read)
    #expect(try FedJudge().run(map, records)?.property == .tableExposed)
  }

  @Test func aLeafHasTheRightsThatWereAskedFor() throws {
    func run(_ word: UInt64, _ prot: Protection) throws -> HardwareProperty? {
      let map = Operation.map(iova: 0x5000, pa: 0xa000, length: 0x1000, prot: prot)
      return try FedJudge().run(map, [.store(2, 5, word), .result(0)])?.property
    }
    #expect(try run(0xa001, .read) == nil)
    #expect(try run(0xa003, .read) == .attributes)
    #expect(try run(0xa003, [.read, .write]) == nil)
    #expect(try run(0xa001, [.read, .write]) == .attributes)
  }

  @Test func aLeafSnoopsWhereItsDomainForcesThat() throws {
    let features: Features = [.flushRange, .vtdssForceCoherence]
    let without = try FedJudge(features: features).run(
      Self.map, [.store(2, 5, 0xa001), .result(0)])
    #expect(without?.property == .attributes)
    #expect(without?.text.contains("SNP") == true)
    let with = try FedJudge(features: features).run(
      Self.map, [.store(2, 5, 0xa801), .result(0)])
    #expect(with == nil)
  }

  /// What is written anew where it was keeps what it said.
  @Test func aDirtyBitsClearingLeavesALeafItsRights() throws {
    let read = Operation.readAndClearDirty(gather: 0, iova: 0x1000, length: 0x1000, keep: false)
    func run(_ cleared: UInt64) throws -> HardwareProperty? {
      let fed = try FedJudge()
      #expect(fed.run(.setDirty(iova: 0x1000), [.store(2, 1, 0x8201), .result(0)]) == nil)
      return fed.run(read, [.dirty(0x1000, 0x1000), .store(2, 1, cleared)])?.property
    }
    #expect(try run(0x8001) == nil)
    #expect(try run(0x8003) == .attributes)
  }

  @Test func whatNothingLeadsToIsSomebodysToFree() throws {
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let lost = try FedJudge()
    #expect(lost.end() == nil)
    #expect(lost.run(all, [.store(1, 0, 0), .flush, .result(0)]) == nil)
    #expect(lost.end()?.property == .leak)
    let listed = try FedJudge()
    let sync = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    #expect(listed.run(all, [.store(1, 0, 0), sync, .result(0)]) == nil)
    #expect(listed.end() == nil)
  }

  @Test func aTableIsFreedOnce() throws {
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let sync = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    let once: [FedJudge.Record] = [.store(1, 0, 0), sync, .free(2)]
    #expect(try FedJudge().run(all, once + [.result(0)]) == nil)
    #expect(try FedJudge().run(all, once + [.free(2), .result(0)])?.property == .doubleFree)
  }

  @Test func whereAQueueIsInForceAnUnmapSyncsNothing() throws {
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let sync = FedJudge.Record.sync(0x1000, 0x1fff)
    let back = FedJudge.Record.iovaFree(0x1000, 0x1000)
    func run(relaxed result: UInt64?, hasQueue: Bool) throws -> HardwareProperty? {
      let fed = try FedJudge(hasLayer: true, hasQueue: hasQueue)
      if let result { #expect(fed.run(.relax(cpu: 0), [.result(result)]) == nil) }
      return fed.run(unmap, [Self.clear, sync, back])?.property
    }
    #expect(try run(relaxed: nil, hasQueue: false) == nil)
    #expect(try run(relaxed: nil, hasQueue: true) == .syncWhileQueued)
    #expect(try run(relaxed: 0, hasQueue: false) == .syncWhileQueued)
    // It could not be allocated.
    #expect(try run(relaxed: UInt64(bitPattern: -12), hasQueue: false) == nil)
  }

  /// Whatever the subject says of its gather.
  @Test func aGatherThatWasSyncedIsQueuedNoMore() throws {
    let fed = try FedJudge()
    let stays = FedJudge.Record.gather(1, isQueued: true)
    let fast = Operation.unmapFast(gather: 1, iova: 0x1000, length: 0x1000)
    #expect(fed.run(.gather(1, queued: true), [stays]) == nil)
    #expect(fed.run(.iotlbSync(gather: 1), [stays]) == nil)
    #expect(fed.run(fast, [Self.clear, .result(0x1000), stays]) == nil)
    let danger = fed.run(.iotlbSync(gather: 1), [stays])
    #expect(danger?.property == .missingSync && danger?.known == nil)
  }

  /// All granules that the part touches.
  @Test func aPartOfATwoStepRangeIsPresentWhenItIsSynced() throws {
    let amd = try DriverChoice(parsing: "amd-np").driver(for: FedJudge.domain, release: .linux7_3)
    let link = Operation.dmaIOVALink(
      handle: 3, offset: 0, pa: 0xa000, length: 0x2000, direction: .toDevice, attributes: [])
    func run(_ syncMap: FedJudge.Record) throws -> HardwareProperty? {
      let fed = try FedJudge(hasLayer: true, driver: amd, hasSyncMap: true)
      let alloc = Operation.dmaIOVAAlloc(handle: 3, pa: 0xa000, length: 0x2000, limit: nil, cpu: 0)
      #expect(fed.run(alloc, [.iovaAlloc(0x5000, 0x2000), .result(0x5000)]) == nil)
      let stores = FedJudge.Record.store(
        2, 5, FedJudge.page(0xa000), count: 2, stride: 0x1000)
      #expect(fed.run(link, [stores, .result(0)]) == nil)
      let sync = Operation.dmaIOVASync(handle: 3, offset: 0x800, length: 0x1000)
      return fed.run(sync, [syncMap, .result(0)])?.property
    }
    #expect(try run(.syncMap(0x5000, 0x2000)) == nil)
    #expect(try run(.syncMap(0x5000, 0x1000)) == .notPresentCached)
  }

  /// Queued at 0 ms, flushed at 10: 4096 bytes for 10 ms, 40960 byte-ms.
  @Test func aBufferThatWaitsForAFlushIsCounted() throws {
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let fed = try FedJudge(hasLayer: true, hasQueue: true)
    #expect(fed.run(unmap, [Self.clear, .queue(0x1000, 0x1000)]) == nil)
    let fire: [FedJudge.Record] = [.timerFire(10), .flush, .iovaFree(0x1000, 0x1000)]
    #expect(fed.run(.tick(milliseconds: 25), fire) == nil)
    var expected = WindowCount()
    (expected.ranges, expected.bytes, expected.longest) = (1, 0x1000, 10)
    expected.byteMilliseconds = 40960
    #expect(fed.window == expected)
    // What is flushed before the unmap returns was never within reach.
    let flushed = try FedJudge(hasLayer: true, hasQueue: true)
    #expect(flushed.run(unmap, [Self.clear, .queue(0x1000, 0x1000), .flush]) == nil)
    #expect(flushed.window == WindowCount())
  }

  @Test func withStrictABufferThatWaitsForAFlushIsADanger() throws {
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let queue: [FedJudge.Record] = [Self.clear, .queue(0x1000, 0x1000)]
    let strict = try FedJudge(hasLayer: true, hasQueue: true, isStrict: true)
    #expect(strict.run(unmap, queue)?.property == .memoryInTheWindow)
    let flushed = try FedJudge(hasLayer: true, hasQueue: true, isStrict: true)
    #expect(flushed.run(unmap, queue + [.flush]) == nil)
  }

  @Test func aWarningIsToldWhereNothingWorseIs() throws {
    let sync = FedJudge.Record.sync(0x1000, 0x1fff)
    #expect(try FedJudge().run(Self.unmap, [Self.clear, sync, .result(0x1000)]) == nil)
    let warned = try FedJudge().run(Self.unmap, [.warn, Self.clear, sync, .result(0x1000)])
    #expect(warned?.property == .noWarn)
    let worse = try FedJudge().run(Self.unmap, [.warn, Self.clear, .result(0x1000)])
    #expect(worse?.property == .missingSync)
  }

  @Test func anOperationThatCrashesIsADanger() throws {
    #expect(try FedJudge().crash(Self.unmap)?.property == .noCrash)
  }
}

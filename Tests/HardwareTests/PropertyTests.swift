// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// Each property with what keeps it and what breaks it. All but the order of things is the same.
@Suite struct PropertyTests {
  private typealias Fed = FedJudge
  private static let unmap = Operation.unmap(iova: 0x1000, length: 0x1000)
  private static let clear = Fed.Record.store(2, 1, 0)
  private static let sync = Fed.Record.sync(0x1000, 0x1fff)

  private func run(
    _ records: [FedJudge.Record], on fed: FedJudge? = nil, as operation: Operation = unmap
  ) throws -> Danger? {
    try (fed ?? FedJudge()).run(operation, records)
  }

  @Test func aRemovedLeafThatIsInvalidatedIsNoDanger() throws {
    #expect(try run([Self.clear, Self.sync, .result(0x1000)]) == nil)
    #expect(try run([Self.clear, .flush, .result(0x1000)]) == nil)
  }

  @Test func aRemovedLeafThatNobodyInvalidatesIsAMissingSync() throws {
    let danger = try #require(try run([Self.clear, .result(0x1000)]))
    #expect(danger.property == .missingSync && danger.known == nil)
    #expect(danger.text.contains("0x1000 to 0x1fff to 0x8000"), "\(danger.text)")
  }

  @Test func aSyncOfAnotherRangeLeavesAStaleTranslation() throws {
    let danger = try run([Self.clear, .sync(0x2000, 0x2fff), .result(0x1000)])
    #expect(danger?.property == .staleTranslation)
    let half: [FedJudge.Record] = [
      .store(2, 1, 0, count: 2), Self.sync, .result(0x2000),
    ]
    #expect(try run(half)?.property == .staleTranslation)
  }

  @Test func whatIsInvalidatedFirstAndClearedThenMayBeCachedAgain() throws {
    #expect(try run([Self.sync, Self.clear, .result(0x1000)])?.property == .syncBeforeStore)
  }

  /// Written and taken back before the operation returns: it was visible meanwhile.
  @Test func aLeafThatWasThereForAMomentMayBeCached() throws {
    let map = Operation.map(iova: 0x5000, pa: 0, length: 0x1000, prot: .read)
    let failed = Fed.Record.result(UInt64(bitPattern: -12))
    let records: [FedJudge.Record] = [
      .store(2, 5, FedJudge.page(0xa000)), .store(2, 5, 0),
    ]
    #expect(try run(records + [failed], as: map)?.property == .missingSync)
    #expect(try run(records + [.sync(0x5000, 0x5fff), failed], as: map) == nil)
  }

  @Test func aTableGoesBackWhenNoPointerToItCanBeHeld() throws {
    let all = Operation.unmap(iova: 0, length: 0x20_0000)
    let unlink = FedJudge.Record.store(1, 0, 0)
    let sync = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    #expect(try run([unlink, sync, .free(2), .result(0x20_0000)], as: all) == nil)
    #expect(
      try run([unlink, .free(2), sync, .result(0)], as: all)?.property == .tableUseAfterFree)
    #expect(try run([.free(2), unlink, sync, .result(0)], as: all)?.property == .freeWhileLinked)
    // No table is named: pointers stay.
    let leavesOnly: [FedJudge.Record] = [unlink, .sync(0, 0x1f_ffff), .free(2), .result(0)]
    #expect(try run(leavesOnly, as: all)?.property == .tableUseAfterFree)
  }

  /// The walker that holds the upper pointer reads the lower one where it still stands.
  @Test func aTableBelowOneThatIsHeldIsHeldToo() throws {
    let all = Operation.unmap(iova: 0, length: 0x4000_0000)
    let lower = FedJudge.Record.sync(0, 0x1f_ffff, tables: [2])
    let danger = try run([.store(0, 0, 0), .free(2), lower, .result(0)], as: all)
    #expect(danger?.property == .tableUseAfterFree)
    let right: [FedJudge.Record] = [
      .store(0, 0, 0), .sync(0, 0x3fff_ffff, tables: [1, 2]), .free(1), .free(2), .result(0),
    ]
    #expect(try run(right, as: all) == nil)
  }

  @Test func withoutSnoopingAClearedEntryIsWrittenBackFirst() throws {
    let features: Features = [.flushRange, .dmaIncoherent]
    let clean = FedJudge.Record.clean(2, 1, words: 1)
    let good = try run(
      [Self.clear, clean, Self.sync, .result(0x1000)], on: FedJudge(features: features))
    #expect(good == nil)
    for bad: [FedJudge.Record] in [
      [Self.clear, Self.sync, .result(0x1000)], [Self.clear, Self.sync, clean, .result(0x1000)],
    ] {
      let property = try run(bad, on: FedJudge(features: features))?.property
      #expect(property == .walkerVisibility, "\(bad)")
    }
  }

  @Test func withoutSnoopingATableIsWrittenBackBeforeItIsLinked() throws {
    let map = Operation.map(iova: 0x20_0000, pa: 0, length: 0x1000, prot: .read)
    let fed = try FedJudge(features: [.flushRange, .dmaIncoherent])
    let link: [FedJudge.Record] = [
      .store(1, 1, FedJudge.link(3)), .clean(1, 1, words: 1),
      .store(3, 0, FedJudge.page(0xa000)), .clean(3, 0, words: 1), .result(0),
    ]
    #expect(fed.run(map, [.alloc(3)] + link)?.property == .walkerVisibility)
    let other = try FedJudge(features: [.flushRange, .dmaIncoherent])
    #expect(other.run(map, [.alloc(3), .incoherent(3)] + link) == nil)
  }

  /// A leaf in a table that is there, and the pointer to a table that is written back itself.
  @Test(arguments: [(2, 3, FedJudge.page(0xa000)), (1, 1, FedJudge.link(3))])
  func withoutSnoopingWhatIsMappedIsWrittenBackWhenTheMapReturns(
    _ table: Int, _ index: Int, _ word: UInt64
  ) throws {
    let iova: UInt64 = table == 2 ? 0x3000 : 0x20_0000
    let map = Operation.map(iova: iova, pa: 0xa000, length: 0x1000, prot: .read)
    let store: [FedJudge.Record] = [
      .alloc(3), .store(3, 0, FedJudge.page(0xa000)), .incoherent(3), .store(table, index, word),
    ]
    let clean = FedJudge.Record.clean(table, index, words: 1)
    let elsewhere = FedJudge.Record.clean(table, index + 1, words: 1)
    for (rest, property) in [
      ([clean], nil), ([], HardwareProperty.walkerVisibility), ([elsewhere], .walkerVisibility),
    ] as [([FedJudge.Record], HardwareProperty?)] {
      let fed = try FedJudge(features: [.flushRange, .dmaIncoherent])
      #expect(fed.run(map, store + rest + [.result(0)])?.property == property)
    }
    // Who snoops sees it at once.
    #expect(try FedJudge().run(map, store + [.result(0)]) == nil)
  }

  @Test func anIOVAGoesBackWhenNothingIsCachedOrMappedThere() throws {
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let back = FedJudge.Record.iovaFree(0x1000, 0x1000)
    func run(_ records: [FedJudge.Record]) throws -> HardwareProperty? {
      try FedJudge(hasLayer: true).run(unmap, records)?.property
    }
    #expect(try run([Self.clear, Self.sync, back]) == nil)
    #expect(try run([Self.clear, back]) == .missingSync)
    #expect(try run([Self.clear, back, Self.sync]) == .missingSync)
    #expect(try run([Self.sync, Self.clear, back]) == .syncBeforeStore)
    #expect(try run([Self.clear, .sync(0x2000, 0x2fff), back]) == .staleTranslation)
    #expect(try run([back]) == .iovaFreeLive)
  }

  @Test func aQueuedIOVAGoesBackAfterAFlushThatBeganLater() throws {
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let tick = Operation.tick(milliseconds: 10)
    for (flush, property) in [
      ([.flush], nil), ([], HardwareProperty.queueOrder),
    ] as [([FedJudge.Record], HardwareProperty?)] {
      let fed = try FedJudge(hasLayer: true, hasQueue: true)
      #expect(fed.run(unmap, [Self.clear, .queue(0x1000, 0x1000)]) == nil)
      #expect(fed.run(tick, flush + [.iovaFree(0x1000, 0x1000)])?.property == property)
    }
  }

  @Test func noIOVAHasTwoOwnersOrAnythingStale() throws {
    let map = Operation.dmaMap(
      handle: 0, pa: 0, length: 0x1000, direction: .toDevice, cpu: 0)
    let fed = try FedJudge(hasLayer: true)
    #expect(fed.run(map, [.iovaAlloc(0x9000, 0x2000)]) == nil)
    #expect(fed.run(map, [.iovaAlloc(0xa000, 0x1000)])?.property == .iovaOverlap)
    let queued = try FedJudge(hasLayer: true)
    _ = queued.run(.dmaUnmap(handle: 0, cpu: 0), [Self.clear, .queue(0x1000, 0x1000)])
    #expect(queued.run(map, [.iovaAlloc(0x1000, 0x1000)])?.property == .iovaReuse)
  }

  @Test func aClearedDirtyBitIsReportedAndInvalidated() throws {
    let read = Operation.readAndClearDirty(gather: 0, iova: 0x1000, length: 0x1000, keep: false)
    let mark = Operation.setDirty(iova: 0x1000)
    let dirty = FedJudge.page(0x8000) | 0x200
    let cleared = FedJudge.Record.store(2, 1, FedJudge.page(0x8000))
    func start() throws -> FedJudge {
      let fed = try FedJudge()
      #expect(fed.run(mark, [.store(2, 1, dirty), .result(0)]) == nil)
      return fed
    }
    let silent = try start().run(read, [cleared, .gather(0, isQueued: false)])
    #expect(silent?.property == .dirtyUnreported)
    let reported: [FedJudge.Record] = [
      .dirty(0x1000, 0x1000), cleared, .gather(0, isQueued: false),
    ]
    for (records, property) in [([Self.sync], nil), ([], HardwareProperty.staleDirty)]
      as [([FedJudge.Record], HardwareProperty?)]
    {
      let fed = try start()
      #expect(fed.run(read, reported) == nil)
      #expect(fed.run(.iotlbSync(gather: 0), records)?.property == property)
    }
  }

  @Test func whereAbsenceIsCachedAMapNeedsItsSyncMap() throws {
    let map = Operation.map(iova: 0x5000, pa: 0, length: 0x1000, prot: .read)
    let store = FedJudge.Record.store(2, 5, FedJudge.page(0xa000))
    let amd = try DriverChoice(parsing: "amd-np").driver(for: FedJudge.domain, release: .linux7_3)
    func run(_ records: [FedJudge.Record]) throws -> HardwareProperty? {
      try FedJudge(driver: amd, hasSyncMap: true).run(map, records)?.property
    }
    #expect(try run([store, .syncMap(0x5000, 0x1000), .result(0)]) == nil)
    #expect(try run([store, .result(0)]) == .notPresentCached)
  }

  @Test func aSyncNamesARangeAndNoneIsForAQueuedGather() throws {
    #expect(try run([.sync(0x2000, 0x1fff)])?.property == .syncArguments)
    let beside = try run([Self.clear, Self.sync, .sync(0x5000, 0x5fff)])
    #expect(beside?.property == .syncArguments && beside?.known == nil)
    let everything = try run([.sync(0, .max)])
    #expect(everything?.property == .syncArguments && everything?.known == nil)
    let fed = try FedJudge()
    #expect(fed.run(.gather(1, queued: true), [.gather(1, isQueued: true)]) == nil)
    let fast = Operation.unmapFast(gather: 1, iova: 0x1000, length: 0x1000)
    #expect(fed.run(fast, [Self.clear, Self.sync])?.property == .syncWhileQueued)
    let strict = try FedJudge()
    #expect(strict.run(fast, [Self.clear, Self.sync]) == nil)
  }

  @Test func underNoGapsNothingIsInvalidatedThatWasNotChanged() throws {
    func run(_ sync: FedJudge.Record) throws -> HardwareProperty? {
      try FedJudge(features: .flushRangeNoGaps).run(Self.unmap, [Self.clear, sync])?.property
    }
    #expect(try run(Self.sync) == nil)
    #expect(try run(.sync(0x1000, 0x2fff)) == .overInvalidation)
    #expect(try run(.flush) == .overInvalidation)
  }

  @Test func aLeafHasASizeThatTheDomainHas() throws {
    let map = Operation.map(iova: 0x20_0000, pa: 0, length: 0x20_0000, prot: .read)
    let store = FedJudge.Record.store(1, 1, FedJudge.large(0x20_0000))
    #expect(try FedJudge().run(map, [store, .result(0)]) == nil)
    let danger = try FedJudge(pageSizes: 0x1000).run(map, [store, .result(0)])
    #expect(danger?.property == .pageSizeBitmap && danger?.known == nil)
  }

  @Test func everyPropertyHasASentence() {
    for property in HardwareProperty.allCases {
      #expect(property.promise.hasSuffix("."), "\(property)")
    }
  }
}

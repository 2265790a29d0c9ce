// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage
import Testing

/// A danger that is known hides none that is not: not in the same operation, not in what the same gather
/// holds, not in what has nothing to do with it.
@Suite struct HiddenDangerTests {
  private typealias Fed = FedJudge
  private static let read = Operation.readAndClearDirty(
    gather: 0, iova: 0x1000, length: 0x1000, keep: false)
  private static let fast = Operation.unmapFast(gather: 0, iova: 0x2000, length: 0x1000)

  /// The page at 0x1000 was read clean without being written back, that at 0x2000 was removed.
  private func gathered() throws -> FedJudge {
    let fed = try FedJudge(features: [.flushRange, .dmaIncoherent])
    let mark = Fed.Record.store(2, 1, Fed.page(0x8000) | 0x200)
    #expect(fed.run(.setDirty(iova: 0x1000), [mark, .result(0)]) == nil)
    let cleared: [Fed.Record] = [
      .dirty(0x1000, 0x1000), .store(2, 1, Fed.page(0x8000)), .gather(0, isQueued: false),
    ]
    #expect(fed.run(Self.read, cleared) == nil)
    let removed: [Fed.Record] = [
      .store(2, 2, 0), .clean(2, 2, words: 1), .holding(0, 0x1000, 0x2fff), .result(0x1000),
    ]
    #expect(fed.run(Self.fast, removed) == nil)
    return fed
  }

  @Test func whatIsDueBehindAnEntryThatIsKnownIsJudged() throws {
    let danger = try gathered().run(.iotlbSync(gather: 0), [.sync(0x1000, 0x1fff)])
    #expect(danger?.property == .staleTranslation && danger?.known == nil)
    let kept = try gathered().run(.iotlbSync(gather: 0), [.sync(0x1000, 0x2fff)])
    #expect(kept?.property == .staleDirty && kept?.known == .dirtyClearNotWrittenBack)
  }

  /// The first is known, and a new one of the same operation is told, with the first beside it.
  @Test func aKnownDangerOfTheSameOperationIsCountedBesideANewOne() throws {
    let fed = try gathered()
    let danger = fed.run(.iotlbSync(gather: 0), [.sync(0x1000, 0x1fff)])
    #expect(danger?.known == nil)
    #expect(fed.others.map(\.known) == [.dirtyClearNotWrittenBack])
  }

  @Test func oneThatIsForbiddenIsToldBeforeAnotherThatIsNot() throws {
    for forbidden in [KnownClass.stretchedGather, .dirtyClearNotWrittenBack] {
      let fed = try FedJudge(
        features: [.flushRange, .flushRangeNoGaps, .dmaIncoherent], forbidden: [forbidden])
      let mark = Fed.Record.store(2, 1, Fed.page(0x8000) | 0x200)
      #expect(fed.run(.setDirty(iova: 0x1000), [mark, .result(0)]) == nil)
      let nothing = Operation.unmapFast(gather: 0, iova: 0x20_0000, length: 0x1000)
      #expect(fed.run(nothing, [.holding(0, 0x20_0000, 0x20_0fff), .result(0)]) == nil)
      let cleared: [Fed.Record] = [
        .dirty(0x1000, 0x1000), .store(2, 1, Fed.page(0x8000)), .holding(0, 0x1000, 0x20_0fff),
      ]
      #expect(fed.run(Self.read, cleared) == nil)
      let danger = fed.run(.iotlbSync(gather: 0), [.sync(0x1000, 0x20_0fff)])
      #expect(danger?.known == forbidden, "\(String(describing: danger))")
      #expect(fed.others.count == 1)
    }
  }

  /// `flush` is what a queue does in the end: what the gather holds is due then.
  @Test func aFlushIsWhereWhatAGatherHoldsIsDue() throws {
    for isQueued in [false, true] {
      let fed = try FedJudge()
      #expect(
        fed.run(.gather(0, queued: isQueued), [.gather(0, isQueued: isQueued)]) == nil)
      let removed: [Fed.Record] = [
        .store(2, 2, 0), .gather(0, isQueued: isQueued), .result(0x1000),
      ]
      #expect(fed.run(Self.fast, removed) == nil)
      let danger = fed.run(.flush(gather: 0), [.gather(0, isQueued: isQueued)])
      #expect(danger?.property == .missingSync && danger?.known == nil)
    }
    let fed = try FedJudge()
    #expect(
      fed.run(Self.fast, [.store(2, 2, 0), .gather(0, isQueued: false), .result(0x1000)]) == nil)
    #expect(fed.run(.flush(gather: 0), [.flush, .gather(0, isQueued: false)]) == nil)
    // It holds nothing any more.
    #expect(fed.run(.iotlbSync(gather: 0), []) == nil)
  }

  /// An address that is not canonical excuses a gather that took it in, and no other.
  @Test(arguments: [(false, nil), (true, KnownClass.outsideAddress)])
  func onlyAGatherThatHoldsAnAddressOutsideIsExcused(
    _ isHeld: Bool, _ known: KnownClass?
  ) throws {
    let fed = try FedJudge(features: [.flushRange, .signExtend])
    let outside: UInt64 = 0x100_0000_0000
    let nothing = Operation.unmapFast(gather: 0, iova: outside, length: 0x1000)
    let holding: Fed.Record =
      isHeld ? .holding(0, outside, outside + 0xfff) : .holding(0, .max, 0)
    #expect(fed.run(nothing, [holding, .result(0)]) == nil)
    let last = isHeld ? outside + 0xfff : 0x2fff
    let removed: [Fed.Record] = [
      .store(2, 2, 0), .holding(0, 0x2000, last), .result(0x1000),
    ]
    #expect(fed.run(Self.fast, removed) == nil)
    let danger = fed.run(.iotlbSync(gather: 0), [.sync(0x5000, 0x5fff)])
    #expect(
      danger?.property == .staleTranslation && danger?.known == known,
      "\(String(describing: danger))")
  }

  /// What may be cached as absent is no danger where it is absent again.
  @Test func whatAMapTookBackIsAbsentInTruth() throws {
    let map = Operation.dmaMap(
      handle: 0, pa: 0, length: 0x1000, direction: .toDevice, cpu: 0)
    func danger(_ records: [Fed.Record]) throws -> HardwareProperty? {
      let fed = try FedJudge(hasLayer: true, driver: ShadowDriver(), hasSyncMap: true)
      return fed.run(map, [.iovaAlloc(0x5000, 0x1000)] + records)?.property
    }
    let put = Fed.Record.store(2, 5, Fed.page(0xa000))
    #expect(try danger([put, .result(0x5000)]) == .notPresentCached)
    let back: [Fed.Record] = [put, .store(2, 5, 0), .iovaFree(0x5000, 0x1000), .result(.max)]
    #expect(try danger(back) == .missingSync)
    let others = try FedJudge(hasLayer: true, driver: ShadowDriver(), hasSyncMap: true)
    _ = others.run(map, [.iovaAlloc(0x5000, 0x1000)] + back)
    #expect(!others.others.contains { $0.property == .notPresentCached })
  }

  /// `map` takes back what it did when it fails, `map_range` does not.
  @Test func whatAFailedRangeLeavesBehindIsWrittenBack() throws {
    let records: [Fed.Record] = [
      .store(2, 5, Fed.page(0xa000)), .result(UInt64(bitPattern: -12)),
    ]
    let features: Features = [.flushRange, .dmaIncoherent]
    let range = Operation.mapRange(iova: 0x5000, pa: 0xa000, length: 0x4000, prot: .read)
    let danger = try FedJudge(features: features).run(range, records)
    #expect(danger?.property == .walkerVisibility && danger?.known == nil)
    let written = [records[0], .clean(2, 5, words: 1), records[1]]
    let kept = try FedJudge(features: features).run(range, written)
    #expect(kept == nil || kept?.known == .failedMap)
  }
}

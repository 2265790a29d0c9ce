// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Hardware
import ScenarioLanguage
import Testing

/// A listed finding excuses what it is about, and nothing else that goes wrong in the same scenario.
@Suite struct KnownClassTests {
  private typealias Fed = FedJudge
  private static let read = Operation.readAndClearDirty(
    gather: 0, iova: 0x1000, length: 0x1000, keep: false)
  private static let cleared = Fed.Record.store(2, 1, Fed.page(0x8000))
  private static let reported: [Fed.Record] = [
    .dirty(0x1000, 0x1000), .store(2, 1, Fed.page(0x8000)), .gather(0, isQueued: false),
  ]

  private func dirty(
    _ kernel: Kernel, _ features: Features = .flushRange
  ) throws -> FedJudge {
    let fed = try FedJudge(features: features, kernel: kernel)
    let mark = Fed.Record.store(2, 1, Fed.page(0x8000) | 0x200)
    #expect(fed.run(.setDirty(iova: 0x1000), [mark, .result(0)]) == nil)
    return fed
  }

  /// A page for each, and no page that is not listed; releases as its second line says.
  @Test func theListIsThatOfThePages() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Documentation/findings")
    var pages: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where file.hasSuffix(".md") && file != "README.md" {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      let line = try #require(text.firstMatch(of: /\n`(\w+)`, Linux ([^\n]*)\.\n/), "\(file)")
      let releases = line.2.matches(of: /7\.\d/).map { String($0.0) }
      let listed = ListedFinding.all.filter { $0.name.rawValue == line.1 }
      let known = Kernel.allCases.filter { kernel in
        listed.contains { $0.releases.contains(kernel) }
      }
      #expect(known.map { "\($0.name)" } == releases, "\(file)")
      pages.insert(String(line.1))
    }
    #expect(pages == Set(ListedFinding.all.map(\.name.rawValue)))
  }

  /// What breaks another property than the listed one, or behind another driver, is new.
  @Test func whatIsNotListedIsNew() {
    let removed = HardwareProperty.staleTranslation
    let list = ListedFinding.has
    let riscv = RISCVCommands(
      nonLeaf: false, ranges: false, release: .linux7_3, width: 39)
    #expect(list(.stretchedGather, removed, riscv, .linux7_3))
    #expect(!list(.stretchedGather, removed, riscv, .linux7_1))
    #expect(!list(.stretchedGather, removed, ExactDriver(), .linux7_3))
    #expect(!list(.unmapOfNothing, removed, ExactDriver(), .linux7_3))
    #expect(list(.unmapOfNothing, removed, S390Driver(width: 39), .linux7_3))
    #expect(!list(.dirtyItemUnreported, .dirtyUnreported, ExactDriver(), .linux7_3))
    #expect(list(.besideTheLayer, removed, ExactDriver(), .linux7_3))
  }

  @Test func aWholePagesDirtyBitIsNoItem() throws {
    let silent = try dirty(.linux7_2).run(Self.read, [Self.cleared, .gather(0, isQueued: false)])
    #expect(silent?.property == .dirtyUnreported && silent?.known == nil)
    let fed = try dirty(.linux7_2)
    #expect(fed.run(Self.read, Self.reported) == nil)
    let danger = fed.run(.iotlbSync(gather: 0), [])
    #expect(danger?.property == .staleDirty && danger?.known == nil)
  }

  @Test func aReadFromInsideALeafIs() throws {
    let inside = Operation.readAndClearDirty(
      gather: 0, iova: 0x1800, length: 0x800, keep: false)
    let silent = try dirty(.linux7_2).run(inside, [Self.cleared, .gather(0, isQueued: false)])
    #expect(silent?.known == .dirtyItemUnreported)
    let mended = try dirty(.linux7_3).run(inside, [Self.cleared, .gather(0, isQueued: false)])
    #expect(mended?.property == .dirtyUnreported && mended?.known == nil)
  }

  /// The code gathers its own part at least: without even that it is another fault.
  @Test func whatNothingWasSyncedOfIsNoItemThatWasForgotten() throws {
    let inside = Operation.readAndClearDirty(
      gather: 0, iova: 0x1800, length: 0x800, keep: false)
    for (records, known) in [
      ([], nil), ([.sync(0x2000, 0x2fff)], nil),
      ([Fed.Record.sync(0x1800, 0x1fff)], KnownClass.dirtyItemUnreported),
    ]
      as [([Fed.Record], KnownClass?)]
    {
      let fed = try dirty(.linux7_2)
      #expect(fed.run(inside, Self.reported) == nil)
      let danger = fed.run(.iotlbSync(gather: 0), records)
      #expect(danger?.property == .staleDirty && danger?.known == known, "\(records)")
    }
  }

  /// Nobody syncs after a read that keeps the bits.
  @Test func aReadThatIsToKeepDirtyBitsAndClearsThemIsADangerAtOnce() throws {
    let keeping = Operation.readAndClearDirty(gather: 0, iova: 0x1000, length: 0x1000, keep: true)
    let danger = try dirty(.linux7_3).run(keeping, Self.reported)
    #expect(danger?.property == .staleDirty && danger?.known == nil, "\(danger?.text ?? "")")
    #expect(try dirty(.linux7_3).run(keeping, [.dirty(0x1000, 0x1000)]) == nil)
  }

  @Test func aDirtyBitThatIsNotWrittenBackIsToBeSyncedAllTheSame() throws {
    let features: Features = [.flushRange, .dmaIncoherent]
    for (records, known) in [
      ([Fed.Record.sync(0x1000, 0x1fff)], KnownClass.dirtyClearNotWrittenBack),
      ([], nil), ([.sync(0x2000, 0x2fff)], nil),
    ]
      as [([Fed.Record], KnownClass?)]
    {
      let fed = try dirty(.linux7_3, features)
      #expect(fed.run(Self.read, Self.reported) == nil)
      let danger = fed.run(.iotlbSync(gather: 0), records)
      #expect(danger?.property == .staleDirty && danger?.known == known, "\(records)")
    }
  }

  @Test func onlyPagesOf4KiBAreTheSmallPagesOf7_1() throws {
    let map = Operation.map(iova: 0x20_0000, pa: 0, length: 0x20_0000, prot: .read)
    let records: [Fed.Record] = [.store(1, 1, Fed.large(0)), .result(0)]
    let large = try FedJudge(kernel: .linux7_1, pageSizes: 0x1000).run(map, records)
    #expect(large?.property == .pageSizeBitmap && large?.known == nil)
  }

  @Test func everythingIsAskedForOnlyByAnUnmapOfNothingAtZero() throws {
    let features: Features = [.flushRange, .flushRangeNoGaps]
    let clear = Fed.Record.store(2, 1, 0)
    let gone: [Fed.Record] = [clear, .sync(0, .max), .result(0x1000)]
    let unmap = Operation.unmap(iova: 0x1000, length: 0x1000)
    let wide = try FedJudge(features: features).run(unmap, gone)
    #expect(wide?.property == .overInvalidation && wide?.known == nil)
    let fed = try FedJudge(features: features)
    let nothing = Operation.unmapFast(gather: 0, iova: 0, length: 0x1000)
    let fast = Operation.unmapFast(gather: 0, iova: 0x1000, length: 0x1000)
    #expect(fed.run(nothing, [.gather(0, isQueued: false), .result(0)]) == nil)
    #expect(fed.run(fast, [clear, .gather(0, isQueued: false), .result(0x1000)]) == nil)
    let danger = fed.run(.iotlbSync(gather: 0), [.sync(0, .max)])
    #expect(danger?.property == .overInvalidation && danger?.known == .unmapOfNothing)
  }

  @Test func aMapThatFailsSyncsWhatItTookBack() throws {
    let map = Operation.map(iova: 0x5000, pa: 0xa000, length: 0x1000, prot: .read)
    let failed = Fed.Record.result(UInt64(bitPattern: -12))
    let back: [Fed.Record] = [.store(2, 5, Fed.page(0xa000)), .store(2, 5, 0)]
    let danger = try FedJudge().run(map, back + [failed])
    #expect(danger?.property == .missingSync && danger?.known == nil)
    #expect(try FedJudge().run(map, back + [.sync(0x5000, 0x5fff), failed]) == nil)
  }

  /// The fed domain's first map is such, behind a layer.
  @Test func whoeverOwnsIOVAsAnUnmapIsSynced() throws {
    let fed = try FedJudge(hasLayer: true)
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let danger = fed.run(unmap, [.store(2, 1, 0), .iovaFree(0x1000, 0x1000), .result(0x1000)])
    #expect(danger?.property == .missingSync && danger?.known == nil)
    let late = try FedJudge(hasLayer: true).run(
      unmap, [.store(2, 1, 0), .sync(0x5000, 0x5fff), .iovaFree(0x1000, 0x1000), .result(0x1000)])
    #expect(late?.property == .staleTranslation && late?.known == nil)
  }

  @Test func aMapBesideTheLayerThatDoesNothingExcusesNothing() throws {
    let map = Operation.map(iova: 0x1000, pa: 0x1001, length: 0x1000, prot: .read)
    let unmap = Operation.dmaUnmap(handle: 0, cpu: 0)
    let given: [Fed.Record] = [.iovaAlloc(0x5000, 0x1000), .result(0x5000)]
    let back: [Fed.Record] = [.iovaFree(0x1000, 0x1000), .result(0)]
    // A leaf is there still.
    for (records, known) in [
      ([Fed.Record.result(UInt64(bitPattern: -22))], nil),
      ([.store(2, 7, Fed.page(0)), .result(0)], KnownClass.besideTheLayer),
    ]
      as [([Fed.Record], KnownClass?)]
    {
      let fed = try FedJudge(hasLayer: true, startsBesideTheLayer: false)
      _ = fed.run(map, records)
      _ = fed.run(.dmaMap(handle: 0, pa: 0, length: 0x1000, direction: .toDevice, cpu: 0), given)
      let danger = fed.run(unmap, back)
      #expect(danger?.property == .iovaFreeLive && danger?.known == known, "\(records)")
    }
  }

  /// Who owns the rest of the range may be mixed up then; without a queue, what was removed is synced.
  @Test func whateverPartOfARangeIsGivenUpWhatWasRemovedIsSynced() throws {
    let alloc = Operation.dmaIOVAAlloc(handle: 0, pa: 0, length: 0x2000, limit: nil, cpu: 0)
    let clear: [Fed.Record] = [
      .store(2, 1, 0, count: 2), .sync(0x5000, 0x5fff), .iovaFree(0x1000, 0x2000), .result(0),
    ]
    for (handle, length) in [(0, 0x2000), (0, 0), (7, 0x1000), (0, 0x1000)] as [(UInt16, UInt64)] {
      let fed = try FedJudge(hasLayer: true, kernel: .linux7_2, startsBesideTheLayer: false)
      #expect(fed.run(alloc, [.iovaAlloc(0x1000, 0x2000), .result(0x1000)]) == nil)
      let destroy = Operation.dmaIOVADestroy(handle: handle, length: length, cpu: 0)
      let danger = fed.run(destroy, clear)
      #expect(
        danger?.property == .staleTranslation && danger?.known == nil, "\(handle) \(length)")
    }
  }

  /// Pages and a leaf of 2 MiB are gone, and the step is one for that: the second page stays.
  @Test func wrongLevelsAreNotWhatAnUnmapOfNothingStretches() throws {
    let map = Operation.map(iova: 0x20_0000, pa: 0, length: 0x20_0000, prot: .read)
    let nothing = Operation.unmapFast(gather: 0, iova: 0x60_0000, length: 0x1000)
    let all = Operation.unmapFast(gather: 0, iova: 0x1000, length: 0x3f_f000)
    for (last, known) in [(0x3f_ffff, nil), (0x5f_ffff, KnownClass.stretchedGather)]
      as [(UInt64, KnownClass?)]
    {
      let fed = try FedJudge(
        features: [.flushRange, .detailedGather],
        driver: RISCVCommands(
          nonLeaf: false, ranges: false, release: .linux7_3, width: 39))
      #expect(fed.run(map, [.store(1, 1, Fed.large(0)), .result(0)]) == nil)
      #expect(fed.run(nothing, [.gather(0, isQueued: false), .result(0)]) == nil)
      let gone: [Fed.Record] = [
        .store(2, 1, 0, count: 2), .store(1, 1, 0), .gather(0, isQueued: false),
        .result(0x3f_f000),
      ]
      #expect(fed.run(all, gone) == nil)
      let danger = fed.run(.iotlbSync(gather: 0), [.levels(2), .sync(0x1000, last)])
      #expect(danger?.property == .staleTranslation && danger?.known == known, "\(last)")
    }
  }

  @Test func anEmptyPieceExcusesNoUnmapThatAsksForNothing() throws {
    let list = Operation.dmaMapSG(
      handle: 0, direction: .toDevice,
      pieces: [ScatterPiece(pa: 0, length: 0x1000), ScatterPiece(pa: 0, length: 0)], cpu: 0)
    let unmap = Operation.dmaUnmap(handle: 1, cpu: 0)
    for (syncs, property, known) in [
      ([], HardwareProperty.missingSync, nil),
      ([.sync(0x5000, 0x5fff)], .staleTranslation, KnownClass.emptyPiece),
    ] as [([Fed.Record], HardwareProperty, KnownClass?)] {
      let fed = try FedJudge(hasLayer: true, kernel: .linux7_2, startsBesideTheLayer: false)
      #expect(fed.run(list, [.iovaAlloc(0x5000, 0x1000), .result(0x5000)]) == nil)
      let records = [.store(2, 1, 0)] + syncs + [.iovaFree(0x1000, 0x1000), .result(0x1000)]
      let danger = fed.run(unmap, records)
      #expect(danger?.property == property && danger?.known == known, "\(syncs)")
    }
  }

  @Test func anAddressThatIsNotCanonicalExcusesNoUnmapThatAsksForNothing() throws {
    let unmap = Operation.unmap(iova: 0x40_0000_1000, length: 0x1000)
    for (syncs, property, known) in [
      ([], HardwareProperty.missingSync, nil),
      ([.sync(0x5000, 0x5fff)], .staleTranslation, KnownClass.outsideAddress),
    ] as [([Fed.Record], HardwareProperty, KnownClass?)] {
      let fed = try FedJudge(features: [.flushRange, .signExtend])
      let danger = fed.run(unmap, [.store(2, 1, 0)] + syncs + [.result(0x1000)])
      #expect(danger?.property == property && danger?.known == known, "\(syncs)")
    }
  }
}

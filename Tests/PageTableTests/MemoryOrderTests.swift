// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage
import Testing

/// What table memory holds at each event: what the walker could see when a driver was called, a table
/// was freed or a word was written back. The order is that of the kernel's generic_pt/iommu_pt.h.
@Suite struct MemoryOrderTests {
  /// Translated by other words of all tables.
  private static let iova: UInt64 = 0x1234_5000

  /// The address of the word that translates `iova` in a table of this level.
  private static func word(_ table: UInt64, _ level: Int, _ iova: UInt64) -> UInt64 {
    table + (iova >> UInt64(12 + 9 * level) & 511) * 8
  }

  /// `__map_range()`: a table is reached before the next one is made; leaves come last.
  @Test(arguments: Case.all)
  func aNewTableIsLinkedBeforeTheNextIsAllocated(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let moments = try domain.map(Self.iova, 0x1000, 0x1000)
    var parent = domain.top.pa
    var level = domain.top.level
    var (linked, expected): ([UInt64], [UInt64]) = ([], [])
    for moment in moments.at(.alloc) {
      #expect(linked.map { moment[$0] } == expected)
      linked.append(Self.word(parent, level, Self.iova))
      (parent, level) = (moment.event.arguments[0], level - 1)
      #expect(moment.used(in: parent) == [])
      expected.append(domain.link(to: parent, level: level))
    }
    let result = try #require(moments.last)
    #expect(linked.map { result[$0] } == expected && level == 0)
    #expect(result[Self.word(parent, 0, Self.iova)] != 0)
  }

  /// `pt_iommu_new_table()`: a link is written back first and then marked as written back, both before
  /// anything is below it.
  @Test(arguments: Case.all { $0.features.contains(.dmaIncoherent) })
  func aLinkIsMarkedAfterItWasWrittenBack(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let moments = try domain.map(Self.iova, 0x1000, 0x1000)
    let tables = moments.allocated
    let cleans = moments.at(.clean)
    #expect(cleans.count == tables.count + 1)
    for (index, (clean, table)) in zip(cleans, tables).enumerated() {
      let level = domain.top.level - 1 - index
      let bare = ExpectedWord(domain: domain.configuration).link(
        to: table, level: level, isMarked: false)
      #expect(clean[clean.event.arguments[0]] == bare)
      #expect(cleans[index + 1][clean.event.arguments[0]] == domain.link(to: table, level: level))
      #expect(clean.used(in: table) == [])
    }
    #expect(cleans.last.map { $0[$0.event.arguments[0]] } != 0)
  }

  /// `__unmap_range()`: a lower table is emptied, then written back, then the link to it is cleared;
  /// all of that before the gather's tables leave incoherent handling and the driver is called.
  @Test(arguments: Case.all) func anUnmapClearsBeforeItSyncs(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let (iova, length): (UInt64, UInt64) = (0x40_0000, 0x40_1000)
    let tables = try domain.map(iova, 0x1000, length).allocated.suffix(3)
    let parent = try #require(try parent(of: tables.first!, in: domain))
    let moments = try domain.run(.unmap(iova: iova, length: length))
    let links = (2...4 as ClosedRange<UInt64>).map { parent + $0 * 8 }
    let linksLeft = [0, 0, domain.link(to: tables.last!, level: 0)]
    for moment in moments.at(.sync) + moments.at(.free) + moments.at(.incoherent) {
      #expect(tables.allSatisfy { moment.used(in: $0) == [] }, "\(moment.event)")
      #expect(links.map { moment[$0] } == linksLeft, "\(moment.event)")
    }
    #expect(moments.at(.free).map { $0.event.arguments } == tables.dropLast().map { [$0] })
    for (index, (clean, table)) in zip(moments.at(.clean), tables).enumerated() {
      #expect(clean.event.arguments[0] == table && clean.used(in: table) == [])
      #expect(clean[links[index]] == domain.link(to: table, level: 0))
    }
  }

  /// `clear_contig()`: the link is cleared before its table is in the gather, and the leaf that takes
  /// its place is there before the sync and the free.
  @Test(arguments: Case.all)
  func aReplacedTableIsUnlinkedThenTheLeafWrittenThenSynced(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let large: UInt64 = 0x20_0000
    let table = try domain.map(large, 0x1000, 0x1000).allocated.last!
    let place = try #require(try parent(of: table, in: domain)) + 8
    try domain.run(.unmap(iova: large, length: 0x1000))
    let moments = try domain.map(large, 0, large)
    let leaf = try #require(moments.last)[place]
    #expect(leaf != 0 && leaf != domain.link(to: table, level: 0))
    #expect(moments.at(.sync).map { $0[place] } == [leaf])
    #expect(moments.at(.free).map { $0[place] } == [leaf])
    if domain.isIncoherent {
      #expect(moments.at(.clean).map { $0[place] } == [0, leaf])
      #expect(moments.at(.incoherent).map { $0[place] } == [0])
    }
  }

  /// `iommu_map()`: what was mapped is there when the map fails, and is cleared before the sync. The
  /// tables stay.
  @Test(arguments: Case.all) func aFailedMapIsClearedBeforeItSyncs(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let iova: UInt64 = 0x1f_f000
    try domain.run(.failAlloc(countdown: UInt64(domain.top.level) + 1))
    let moments = try domain.map(iova, 0x1000, 0x2000)
    let table = moments.allocated.last!
    let failed = try #require(moments.at(.allocFail).first)
    #expect(failed.used(in: table) == [table + 511 * 8])
    #expect(moments.at(.sync).map { $0.used(in: table) } == [[]])
    #expect(moments.at(.free).isEmpty && moments.last?.used(in: table) == [])
    let link = try #require(try parent(of: table, in: domain))
    #expect(moments.last?[link] == domain.link(to: table, level: 0))
  }

  /// `increase_top()`: every table of a new top is linked before the next one is allocated, before it
  /// is handed to the walker, and before the driver hears of the new top.
  @Test(arguments: Case.growing) func aNewTopIsLinkedBeforeItIsPublished(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let (old, level) = domain.top
    let iova = UInt64(1) << UInt64(12 + 9 * (level + 1))
    let moments = try domain.map(iova, 0x1000, 0x1000)
    let published = try #require(moments.firstIndex { $0.event.kind == .top })
    let tables = moments[..<published].filter { $0.event.kind == .alloc }
      .map { $0.event.arguments[0] }
    #expect(!tables.isEmpty)
    var handled = 0
    for moment in moments[...published] {
      // A table that was just allocated is not linked yet.
      if moment.event.kind == .alloc { handled += 1 }
      let ready = moment.event.kind == .alloc ? handled - 1 : handled
      let below = [old] + tables
      for index in 0..<ready {
        let bare = ExpectedWord(domain: domain.configuration).link(
          to: below[index], level: level + index, isMarked: false)
        #expect(moment[tables[index]] == bare, "\(moment.event)")
      }
    }
    #expect(handled == tables.count)
  }

  /// `record_dirty()`: a range is reported, and then made clean.
  @Test(arguments: Case.all { $0.format.tracksDirt })
  func aDirtyEntryIsReportedBeforeItIsCleaned(_ each: Case) throws {
    let domain = try TracedDomain(each)
    let table = try domain.map(0x1_0000, 0, 0x1_0000).allocated.last!
    let clean = try #require(try domain.run(.iovaToPhys(iova: 0)).last)
    try domain.run(.setDirty(iova: 0x1_0000))
    let moments = try domain.run(
      .readAndClearDirty(gather: 0, iova: 0x1_0000, length: 0x1_0000, keep: false))
    let word = table + 16 * 8
    let report = try #require(moments.at(.dirty).first)
    #expect(report[word] != clean[word])
    #expect(moments.last?[word] == clean[word])
  }

  /// The debug build warns of a page that the domain forbids, and installs it after that.
  @Test(arguments: Case.all { $0.build == .debug && !$0.features.contains(.dmaIncoherent) })
  func aWarningComesBeforeWhatItWarnsOf(_ each: Case) throws {
    let domain = try TracedDomain(each) { $0.domain.pageSizes = 0x20_0000 }
    let moments = try domain.map(Self.iova, 0x1000, 0x1000)
    let table = moments.allocated.last!
    #expect(!moments.at(.warn).isEmpty)
    #expect(moments.at(.warn).map { $0.used(in: table) }.allSatisfy { $0 == [] })
    #expect(moments.last?.used(in: table) == [Self.word(table, 0, Self.iova)])
  }

  /// `__iommu_dma_unmap()`: nothing of the range is left when it is queued or given back.
  @Test(arguments: [Subject.swift, .reference], [DMAMode.strict, .flushQueue])
  func aBufferIsClearedBeforeItIsQueuedOrGivenBack(_ subject: Subject, _ mode: DMAMode) throws {
    let each = Case(
      subject: subject,
      configuration: StandardConfigurations.all.first { $0.domain.format == .vtdss }!)
    let domain = try TracedDomain(each) {
      $0.dma = DMAConfiguration(queue: .perCPU, cpus: 1, mode: mode, limit: 0x3fff_ffff)
    }
    let table = try domain.run(
      .dmaMap(handle: 0, pa: 0x1000, length: 0x3000, direction: .toDevice, cpu: 0)
    ).allocated.last!
    let moments = try domain.run(.dmaUnmap(handle: 0, cpu: 0))
    let ends = moments.at(.sync) + moments.at(.queue) + moments.at(.iovaFree)
    #expect(ends.map(\.event.kind) == (mode == .strict ? [.sync, .iovaFree] : [.queue]))
    for moment in ends { #expect(moment.used(in: table) == []) }
  }

  /// The table whose first used word links to `table` at level 0: found through what is mapped.
  private func parent(of table: UInt64, in domain: TracedDomain) throws -> UInt64? {
    let moment = try #require(try domain.run(.iovaToPhys(iova: 0)).last)
    return moment.table(holding: domain.link(to: table, level: 0))
  }
}

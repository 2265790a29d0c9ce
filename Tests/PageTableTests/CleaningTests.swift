// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Which words are written back for a walker that does not snoop, and when; and that nothing is for
/// one that does.
@Suite struct CleaningTests {
  private static let incoherent = Case.all { $0.features.contains(.dmaIncoherent) }

  private static func record(_ kind: EventKind, _ arguments: UInt64...) -> Response.Record {
    Response.Record(kind: kind, arguments: arguments)
  }

  /// The address of the word that translates `iova` in a table.
  private static func word(_ table: TableWalk.Table, _ iova: UInt64) -> UInt64 {
    table.pa + (iova - table.iova) >> UInt64(TableEntry.itemLog2(table.level)) * 8
  }

  /// Each new table enters incoherent handling, then the link to it is written back; the leaf last.
  @Test(arguments: incoherent) func aMapWritesBackEachLinkAndTheLeaf(_ each: Case) throws {
    let domain = try each.open()
    let iova: UInt64 = 0x40_2030_5000
    let response = domain.run(
      .map(iova: iova, pa: 0x1000, length: 0x1000, prot: DirectDomain.readWrite))
    let tables = domain.walk().tables
    var expected: [Response.Record] = []
    for (parent, table) in zip(tables, tables.dropFirst()) {
      expected.append(Self.record(.alloc, table.pa, 0x1000))
      expected.append(Self.record(.incoherent, table.pa, 1))
      expected.append(Self.record(.clean, Self.word(parent, iova), 8))
    }
    expected.append(Self.record(.clean, Self.word(tables.last!, iova), 8))
    #expect(response.records.dropLast() == expected[...])
    #expect(tables.count == domain.level + 1)
    domain.expectNoLeak()
  }

  /// The leaves of one table in one go; a page into a table that is there writes back nothing else.
  @Test(arguments: incoherent) func leavesAreWrittenBackByTable(_ each: Case) throws {
    let domain = try each.open()
    let start: UInt64 = 0x1f_e000
    let first = domain.run(
      .map(iova: start, pa: 0x1000, length: 0x5000, prot: DirectDomain.readWrite))
    let tables = domain.walk().tables.filter { $0.level == 0 }
    let cleaned = first.records(.clean).filter { record in
      tables.contains { record.arguments[0] & ~0xfff == $0.pa }
    }
    #expect(
      cleaned == [
        Self.record(.clean, tables[0].pa + 510 * 8, 16),
        Self.record(.clean, tables[1].pa, 24),
      ])
    let second = domain.run(
      .map(iova: 0x30_0000, pa: 0x1000, length: 0x1000, prot: DirectDomain.readWrite))
    #expect(
      second.records.dropLast() == [
        Self.record(.clean, tables[1].pa + 256 * 8, 8)
      ])
    domain.expectNoLeak()
  }

  /// What an unmap cleared is written back table by table, the links after what they led to; only
  /// then do the tables leave incoherent handling, and the driver is called.
  @Test(arguments: incoherent) func anUnmapWritesBackBeforeItSyncs(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0x40_0000, 0x1000, 0x40_1000)
    let tables = domain.walk().tables
    let leaves = tables.filter { $0.level == 0 }
    let links = Self.word(tables.first { $0.level == 1 }!, 0x40_0000)
    let response = domain.run(.unmap(iova: 0x40_0000, length: 0x40_1000))
    #expect(
      response.records.dropLast() == [
        Self.record(.clean, leaves[0].pa, 0x1000),
        Self.record(.clean, leaves[1].pa, 0x1000),
        Self.record(.clean, leaves[2].pa, 8),
        Self.record(.clean, links, 16),
        Self.record(.incoherent, leaves[0].pa, 0),
        Self.record(.incoherent, leaves[1].pa, 0),
        Self.record(.sync, 0x40_0000, 0x80_0fff, leaves[0].pa, leaves[1].pa),
        Self.record(.free, leaves[0].pa),
        Self.record(.free, leaves[1].pa),
      ])
    domain.expectNoLeak()
  }

  /// A table that a large page replaces: its link is cleared and written back before the sync.
  @Test(arguments: incoherent) func aReplacedLinkIsWrittenBackFirst(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0x20_0000, 0x1000, 0x1000)
    domain.unmap(0x20_0000, 0x1000)
    let tables = domain.walk().tables.suffix(2)
    let (link, table) = (Self.word(tables.first!, 0x20_0000), tables.last!.pa)
    let response = domain.run(
      .map(iova: 0x20_0000, pa: 0, length: 0x20_0000, prot: DirectDomain.readWrite))
    #expect(
      response.records.dropLast() == [
        Self.record(.clean, link, 8),
        Self.record(.incoherent, table, 0),
        Self.record(.clean, link, 8),
        Self.record(.sync, 0x20_0000, 0x3f_ffff, table),
        Self.record(.free, table),
      ])
    domain.expectNoLeak()
  }

  @Test(arguments: Case.all { !$0.features.contains(.dmaIncoherent) })
  func aCoherentWalkerNeedsNoWriteBack(_ each: Case) throws {
    let domain = try each.open()
    let responses = [
      domain.run(.map(iova: 0, pa: 0x1000, length: 0x20_1000, prot: DirectDomain.readWrite)),
      domain.run(.unmap(iova: 0, length: 0x20_1000)),
      domain.run(.map(iova: 0, pa: 0, length: 0x20_0000, prot: DirectDomain.readWrite)),
    ]
    for response in responses {
      #expect(response.value == 0 || response.value == 0x20_1000)
      #expect(response.records(.clean).isEmpty)
      #expect(response.records(.incoherent).isEmpty)
    }
    domain.expectNoLeak()
  }
}

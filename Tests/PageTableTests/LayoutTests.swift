// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import Testing

/// How the tables divide the space, seen as hardware walks them.
@Suite struct LayoutTests {
  @Test(arguments: Case.all) func opensWithPagesAnApertureAndOneEmptyTable(_ each: Case) throws {
    let domain = try each.open()
    #expect(domain.info.pageSizes != 0)
    #expect(domain.smallestPage == 4096)
    #expect(domain.info.first == 0)
    #expect(domain.walk().tables.count == 1)
    #expect(domain.walk().leaves.isEmpty)
    domain.expectNoLeak()
  }

  /// The aperture is what the widths say, half of it where the other half is the sign's.
  @Test(arguments: Case.all) func theApertureIsAsWideAsItsWidth(_ each: Case) throws {
    let domain = try each.open()
    let bits = domain.info.va - (domain.info.features.contains(.signExtend) ? 1 : 0)
    let last: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
    #expect(domain.info.last == last)
    #expect(domain.info.va <= Int(each.configuration.domain.va))
  }

  /// A page at every power of two, each found where its bit says: no bit is decoded twice or not
  /// at all.
  @Test(arguments: Case.all) func everyAddressBitIsDecodedOnce(_ each: Case) throws {
    let domain = try each.open()
    let bits = (12..<64).map { UInt64(1) << UInt64($0) }.filter { $0 <= domain.info.last }
    for (index, bit) in bits.enumerated() { domain.map(bit, UInt64(index + 1) << 12, 4096) }
    let leaves = domain.walk().leaves
    #expect(leaves.map(\.iova).sorted() == bits)
    for (index, bit) in bits.enumerated() {
      #expect(domain.lookup(bit) == UInt64(index + 1) << 12)
    }
    for (index, bit) in bits.enumerated() where index > 0 {
      #expect(domain.lookup(bit + 4096) == 0, "\(hex(bit))")
    }
    domain.expectNoLeak()
  }

  /// The space's last page needs a table a level, each linked from its parent's last word in use.
  @Test(arguments: Case.all) func linksLeadFromTheTopToLevelZero(_ each: Case) throws {
    let domain = try each.open()
    domain.map(domain.info.last - 4095, 0, 4096)
    let walk = domain.walk()
    let spine = walk.tables.filter { table in
      let span = TableEntry.itemLog2(table.level) + 9
      return span >= 64 || table.iova >> UInt64(span) == domain.info.last >> UInt64(span)
    }
    #expect(spine.map(\.level) == Array((0...domain.level).reversed()))
    #expect(walk.leaves.map(\.iova) == [domain.info.last - 4095])
    domain.expectNoLeak()
  }

  /// A table of each level, full of the pages of its own items: its link reads back as its address,
  /// is empty when the table is gone, and reads as the next table's after that.
  @Test(arguments: Case.all) func aTablesLinkComesAndGoesWithIt(_ each: Case) throws {
    let domain = try each.open()
    for level in 1..<6 {
      let (item, span) = (TableEntry.itemLog2(level - 1), TableEntry.itemLog2(level))
      guard domain.info.pageSizes >> UInt64(item) & 1 != 0, span < domain.info.va - 2,
        span < domain.info.oa - 1
      else { continue }
      let (page, length) = (UInt64(1) << UInt64(item), UInt64(1) << UInt64(span))
      var links: Set<UInt64> = []
      for _ in 0..<2 {
        // One page off, so that no larger one fits.
        domain.map(length, length + page, length)
        let walk = domain.walk()
        #expect(walk.leaves.count == 512 && walk.leaves.allSatisfy { $0.size == page })
        let table = try #require(
          walk.tables.first { $0.level == level - 1 && $0.iova == length })
        #expect(domain.isTable(table.pa) && links.insert(table.link).inserted)
        domain.unmap(length, length)
        #expect(!domain.isTable(table.pa))
        #expect(!domain.walk().tables.contains { $0.iova == length && $0.level == level - 1 })
      }
    }
    domain.expectNoLeak()
  }

  /// In the half below zero as in the other, to the last page of all.
  @Test(arguments: Case.all { $0.features.contains(.signExtend) })
  func theUpperHalfIsReached(_ each: Case) throws {
    let domain = try each.open()
    let lowest: UInt64 = 0 &- (1 << UInt64(domain.info.va - 1))
    domain.map(lowest, 0x5000, 4096)
    domain.map(UInt64.max - 4095, 0x6000, 4096)
    #expect(domain.walk().leaves.map(\.iova) == [lowest, UInt64.max - 4095])
    #expect(domain.lookup(lowest + 7) == 0x5007)
    #expect(domain.lookup(.max) == 0x6fff)
    #expect(domain.lookup(0) == 0)
    domain.expectNoLeak()
  }

  /// A table that may grow does so level by level, keeps what it held, and never sinks again.
  @Test(arguments: Case.growing) func theTopGrowsLevelByLevel(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0, 0x1000, 4096)
    let first = domain.level
    while TableEntry.itemLog2(domain.level) + 9 < domain.info.va {
      let level = domain.level
      let beyond: UInt64 = 1 << UInt64(TableEntry.itemLog2(level) + 9)
      domain.map(beyond, 0x2000, 4096)
      #expect(domain.level == level + 1)
      #expect(domain.walk().leaves.count == domain.level - first + 1)
      #expect(domain.lookup(0) == 0x1000)
      #expect(domain.lookup(beyond) == 0x2000)
    }
    #expect(domain.level > first)
    let highest = domain.level
    domain.unmap(0, 4096)
    #expect(domain.level == highest)
    domain.expectNoLeak()
  }
}

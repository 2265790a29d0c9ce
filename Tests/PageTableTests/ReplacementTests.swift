// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Tables that give way to large pages, and large pages hit by small unmaps.
@Suite struct ReplacementTests {
  /// Small pages fill a large one's place, go, and a larger page takes the table's place; then all
  /// again with the next size.
  @Test(arguments: Case.all) func anEmptyTableGivesWayToALargePage(_ each: Case) throws {
    let domain = try each.open()
    let largest = domain.info.pageSizeList.last { $0 <= Self.largestFilled }!
    let base = largest
    for size in domain.info.pageSizeList where size <= largest {
      let pa = domain.someAddress & ~(largest - 1)
      for offset in stride(from: 0, to: largest, by: UInt64.Stride(size)) {
        domain.map(base + offset, pa + offset, size)
      }
      domain.expectTranslation(base, pa, largest)
      let sizes = domain.walk().leaves.map(\.size)
      #expect(sizes.count == Int(largest / size) && sizes.allSatisfy { $0 == size })
      domain.unmap(base, size == largest ? largest : largest / 2)
      for offset in stride(from: largest / 2, to: largest, by: UInt64.Stride(size))
      where size != largest {
        domain.unmap(base + offset, size)
      }
      #expect(domain.walk().leaves.isEmpty)
    }
    domain.expectNoLeak()
  }

  /// Up to 512 pages of each size, spread so that they make every table that a larger page can
  /// replace, come and go; then the larger page takes the place of them all.
  @Test(arguments: Case.all) func allTablesBelowGiveWayToALargePage(_ each: Case) throws {
    let domain = try each.open()
    let sizes = domain.handyPageSizes.filter(Self.endsALevel)
    for large in sizes where large > 0x20_0000 {
      let pa = domain.someAddress & ~(large - 1)
      // The walk to the larger page's place stays.
      domain.map(large, pa, large)
      domain.unmap(large, large)
      let kept = domain.liveTables
      for small in sizes where small < large {
        let step = max(small, large / 512)
        for offset in stride(from: 0, to: large, by: UInt64.Stride(step)) {
          domain.map(large + offset, pa + offset, small)
          domain.unmap(large + offset, small)
        }
        let below = Self.level(of: small)..<Self.level(of: large)
        let tables = below.reduce(0) {
          $0 + Int(min(large / step, large >> UInt64(TableEntry.itemLog2($1 + 1))))
        }
        let response = domain.run(
          .map(iova: large, pa: pa, length: large, prot: DirectDomain.readWrite))
        let freed = response.records(.free).map { $0.arguments[0] }
        #expect(response.value == 0 && freed.count == tables, "\(hex(small)) to \(hex(large))")
        #expect(
          response.records(.sync).flatMap { $0.arguments.dropFirst(2) } == freed)
        #expect(domain.walk().leaves.map(\.size) == [large] && domain.liveTables == kept)
        #expect(domain.lookup(large) == pa && domain.lookup(large * 2 - 1) == pa + large - 1)
        domain.unmap(large, large)
      }
    }
    domain.expectNoLeak()
  }

  /// The table that a large page replaced goes back to the allocator after its sync.
  @Test(arguments: Case.all) func theReplacedTableIsSyncedThenFreed(_ each: Case) throws {
    let domain = try each.open()
    let large: UInt64 = 1 << 21
    guard domain.info.pageSizes & large != 0 else { return }
    domain.map(large, 0, 4096)
    let table = try #require(domain.walk().tables.last?.pa)
    domain.unmap(large, 4096)
    let response = domain.run(.map(iova: large, pa: 0, length: large, prot: DirectDomain.readWrite))
    let records = response.records
    let sync = try #require(
      records.firstIndex { $0.kind == .sync && $0.arguments.contains(table) })
    let free = try #require(
      records.firstIndex { $0.kind == .free && $0.arguments == [table] })
    #expect(sync < free)
    #expect(domain.walk().leaves.map(\.size) == [large])
    domain.expectNoLeak()
  }

  /// An unmap of the first small page of a large one removes the large one, all of it, and no
  /// more than it.
  @Test(arguments: Case.all) func aSmallUnmapTakesTheWholeLargePage(_ each: Case) throws {
    let domain = try each.open()
    let sizes = domain.handyPageSizes
    for (index, small) in sizes.enumerated() {
      for large in sizes[(index + 1)...] {
        domain.map(0, 0, large)
        domain.unmap(0, small, expecting: large)
        domain.map(0, 0, large)
        domain.map(large, 0, large)
        domain.unmap(0, small, expecting: large)
        #expect(domain.lookup(large) == 0 && domain.lookup(large + 1) == 1)
        domain.unmap(large, large)
      }
    }
    #expect(domain.walk().leaves.isEmpty)
    domain.expectNoLeak()
  }

  /// A page below what is there is refused, at every place of the larger one; nothing changes.
  @Test(arguments: Case.all) func nothingIsMappedOverWhatIsThere(_ each: Case) throws {
    let domain = try each.open()
    for size in domain.handyPageSizes {
      domain.map(size, 0, size)
      let before = domain.walk().leaves
      for iova in [size, size * 2 - 4096] {
        let response = domain.run(
          .map(iova: iova, pa: 0, length: 4096, prot: DirectDomain.readWrite))
        #expect(response.errno == EADDRINUSE)
      }
      #expect(domain.walk().leaves == before)
      domain.unmap(size, size)
    }
    domain.expectNoLeak()
  }

  /// The level in which an entry of this size lies.
  private static func level(of size: UInt64) -> Int { (size.trailingZeroBitCount - 12) / 9 }

  /// The smallest and the largest size of each level, and RISC-V's 64 KiB.
  private static func endsALevel(_ size: UInt64) -> Bool {
    let place = (size.trailingZeroBitCount - 12) % 9
    return place == 0 || place == 8 || size == 0x1_0000
  }

  private static let largestFilled: UInt64 = {
    #if DEBUG
      return 0x20_0000
    #else
      return 0x4000_0000
    #endif
  }()
}

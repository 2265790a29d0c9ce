// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Maps that fail on their way: what `map` takes back and what `map_range` leaves.
@Suite struct FailedMapTests {
  private static let readWrite: Protection = [.read, .write]

  /// Something in the way of the first, a middle or the last page: `map` unwinds, `map_range` keeps
  /// the pages before it.
  @Test(arguments: Case.all) func anAddressInUseEndsAMap(_ each: Case) throws {
    for place in [0, 3, 7] as [UInt64] {
      let domain = try each.open()
      // Across two tables, so that what was mapped lies in both.
      let start: UInt64 = 0x20_0000 - 0x4000
      domain.map(start + place * 0x1000, 0x1000, 0x1000)
      let before = domain.walk().leaves
      let unwound = domain.run(
        .map(iova: start, pa: 0x9000, length: 0x8000, prot: Self.readWrite))
      #expect(unwound.errno == EADDRINUSE && unwound.mapped == 0)
      #expect(domain.walk().leaves == before)
      let partial = domain.run(
        .mapRange(iova: start, pa: 0x9000, length: 0x8000, prot: Self.readWrite))
      #expect(partial.errno == EADDRINUSE && partial.mapped == place * 0x1000)
      for page in 0..<place {
        #expect(domain.lookup(start + page * 0x1000) == 0x9000 + page * 0x1000)
      }
      #expect(domain.walk().leaves.count == Int(place) + 1)
      domain.expectNoLeak()
    }
  }

  /// A large page over tables that still hold something.
  @Test(arguments: Case.all) func aLargePageDoesNotCoverSmallOnes(_ each: Case) throws {
    for page in [0, 0x1f_f000] as [UInt64] {
      let domain = try each.open()
      domain.map(0x20_0000 + page, 0x1000, 0x1000)
      let before = domain.walk()
      let response = domain.run(
        .map(iova: 0x20_0000, pa: 0, length: 0x20_0000, prot: Self.readWrite))
      #expect(response.errno == EADDRINUSE)
      #expect(domain.walk().leaves == before.leaves && domain.walk().tables == before.tables)
      domain.expectNoLeak()
    }
  }

  /// Each of the tables that a map needs is missing once: `map` leaves the mappings as they were.
  @Test(arguments: Case.all) func everyAllocationOfAMapMayFail(_ each: Case) throws {
    var countdown: UInt64 = 1
    while try failAllocation(countdown, each) { countdown += 1 }
    // At least a table on level 0 before the boundary, and one on levels 1 and 0 after it.
    #expect(countdown > 3)
  }

  private func failAllocation(_ countdown: UInt64, _ each: Case) throws -> Bool {
    let start: UInt64 = (1 << 30) - 0x1000
    for isRange in [false, true] {
      let domain = try each.open()
      domain.map(0, 0x7000, 0x1000)
      let before = domain.walk().leaves
      domain.run(.failAlloc(countdown: countdown))
      let response = domain.run(
        isRange
          ? .mapRange(iova: start, pa: 0x9000, length: 0x2000, prot: Self.readWrite)
          : .map(iova: start, pa: 0x9000, length: 0x2000, prot: Self.readWrite))
      if response.value == 0 { return false }
      #expect(response.errno == ENOMEM && !response.records(.allocFail).isEmpty)
      let added = domain.walk().leaves.filter { !before.contains($0) }
      #expect(added.reduce(0) { $0 + $1.size } == response.mapped)
      #expect(isRange || response.mapped == 0)
      if response.mapped > 0 { #expect(domain.lookup(start) == 0x9000) }
      // What failed works the next time.
      domain.map(start + response.mapped, 0x9000 + response.mapped, 0x2000 - response.mapped)
      domain.expectTranslation(start, 0x9000, 0x2000)
      domain.expectNoLeak()
    }
    return true
  }

  /// Tables stacked on the top go back when one of them is missing; the old top stays in force. On
  /// an incoherent walker none of them has entered incoherent handling by then.
  @Test(arguments: Case.growing) func aTopThatCannotGrowStays(_ each: Case) throws {
    for countdown in [1, 2] as [UInt64] {
      let domain = try each.open()
      let (top, level) = (domain.top, domain.level)
      domain.run(.failAlloc(countdown: countdown))
      let far: UInt64 = 1 << UInt64(TableEntry.itemLog2(level) + 9 + 9)
      let response = domain.run(.map(iova: far, pa: 0, length: 0x1000, prot: Self.readWrite))
      #expect(response.errno == ENOMEM)
      #expect(domain.top == top && domain.level == level && domain.liveTables == 1)
      #expect(response.records(.incoherent).isEmpty)
      #expect(response.records(.free).count == Int(countdown) - 1)
      domain.map(far, 0x3000, 0x1000)
      #expect(domain.lookup(far) == 0x3000)
      domain.expectNoLeak()
    }
  }

  /// The tables of a top that grows on an incoherent walker enter incoherent handling, each once and
  /// in the order in which they were stacked, after all links are written and before the new top is
  /// in force. Their links do not say that they were written back: whoever walks them does that.
  @Test(
    arguments: Case.growing.filter { $0.configuration.domain.features.contains(.dmaIncoherent) })
  func stackedTablesBecomeIncoherentBeforeTheTopChanges(_ each: Case) throws {
    let domain = try each.open()
    let level = domain.level
    let far: UInt64 = 1 << UInt64(TableEntry.itemLog2(level) + 9 + 9)
    let first = domain.run(.map(iova: far, pa: 0x3000, length: 0x1000, prot: Self.readWrite))
    #expect(first.value == 0 && domain.level == level + 2)
    let change = try #require(first.records.firstIndex { $0.kind == .top })
    let stacked = first.records[..<change].filter { $0.kind == .alloc }
      .map { $0.arguments[0] }
    let before = first.records[..<change].filter { $0.kind == .incoherent }
    #expect(stacked.count == 2 && before.map(\.arguments) == stacked.map { [$0, 1] })
    #expect(stacked.last == domain.top)
    // The way to the old top leads through the first word of each stacked table.
    let second = domain.run(.map(iova: 0, pa: 0x4000, length: 0x1000, prot: Self.readWrite))
    let cleaned = second.records(.clean).map(\.arguments)
    for table in stacked { #expect(cleaned.contains([table, 8])) }
    #expect(domain.lookup(far) == 0x3000 && domain.lookup(0) == 0x4000)
    domain.expectNoLeak()
  }

  /// The production build follows a ragged length to its end and runs away in the empty entry there;
  /// the debug build notices. An entry in use ends it either way.
  @Test(arguments: Case.all) func raggedLengthsRunAwayInProduction(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0x3000, 0, 0x1000)
    let before = domain.walk().leaves
    let blocked = domain.run(.map(iova: 0x1000, pa: 0x1000, length: 0x2800, prot: Self.readWrite))
    #expect(blocked.status == .done && blocked.errno == EADDRINUSE)
    #expect(domain.walk().leaves == before)
    let ragged = domain.run(
      .mapRange(iova: 0x1_0000, pa: 0x1_0000, length: 0x1800, prot: Self.readWrite))
    guard each.configuration.domain.build == .debug else {
      #expect(ragged.status == .crashed)
      return
    }
    #expect(ragged.status == .done && ragged.errno == ENXIO && ragged.mapped == 0x1000)
    #expect(!ragged.records(.warn).isEmpty)
    #expect(domain.lookup(0x1_0000) == 0x1_0000 && domain.lookup(0x1_1000) == 0)
    let unwound = domain.run(.map(iova: 0x2_0000, pa: 0, length: 0x1800, prot: Self.readWrite))
    #expect(unwound.errno == ENXIO && domain.lookup(0x2_0000) == 0)
    domain.expectNoLeak()
  }
}

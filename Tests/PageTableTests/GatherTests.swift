// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// What unmaps leave in gathers: ranges, the order of the tables, and when the driver is called; in
/// every revision of `gather_range_pages()`, strict and queued.
@Suite struct GatherTests {
  /// One gather in use, and what it should hold.
  private struct Bench {
    let domain: DirectDomain
    var gather: ExpectedGather

    init(_ each: Case, _ revision: GatherRevision, isQueued: Bool) throws {
      var configuration = each.configuration.domain
      configuration.gather = revision
      domain = try DirectDomain(each.subject, configuration)
      gather = ExpectedGather(configuration.features, revision, isQueued: false)
      restart(isQueued: isQueued)
    }

    /// Initialises the gather.
    mutating func restart(isQueued: Bool) {
      gather = ExpectedGather(gather.features, gather.revision, isQueued: isQueued)
      expect(domain.run(.gather(1, queued: isQueued)), [], hasResult: false)
    }

    /// Unmaps a range that gives up these tables, in this order.
    mutating func unmap(
      _ iova: UInt64, _ length: UInt64, freeing freed: [UInt64] = [],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let response = domain.run(.unmapFast(gather: 1, iova: iova, length: length))
      #expect(response.value == length, sourceLocation: sourceLocation)
      // Tables leave incoherent handling, in order, before anything can free them.
      let leaving = gather.features.contains(.dmaIncoherent) ? freed : []
      let records = leaving.map {
        Response.Record(kind: .incoherent, arguments: [$0, 0])
      }
      let calls = gather.take(iova, length, freeing: freed)
      expect(response, records + calls, sourceLocation: sourceLocation)
    }

    /// Reads the dirty marks of a range that has one page's.
    mutating func readDirty(
      _ iova: UInt64, keep: Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      if !keep { gather.add(iova, 0x1000) }
      expect(
        domain.run(.readAndClearDirty(gather: 1, iova: iova, length: 0x1000, keep: keep)),
        [Response.Record(kind: .dirty, arguments: [iova, 0x1000])],
        sourceLocation: sourceLocation)
    }

    mutating func sync(sourceLocation: SourceLocation = #_sourceLocation) {
      let records = gather.sync()
      expect(
        domain.run(.iotlbSync(gather: 1)), records, hasResult: false,
        sourceLocation: sourceLocation)
    }

    mutating func flush(sourceLocation: SourceLocation = #_sourceLocation) {
      let records = gather.flush()
      expect(
        domain.run(.flush(gather: 1)), records, hasResult: false, sourceLocation: sourceLocation)
    }

    /// Write-backs aside, these records, then the result and the gather's state.
    private func expect(
      _ response: Response, _ records: [Response.Record], hasResult: Bool = true,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      var found = response.records.filter { $0.kind != .clean }
      if hasResult { found.removeAll { $0.kind == .result } }
      #expect(
        found == records + [gather.state(1)], "\(gather.revision.name)",
        sourceLocation: sourceLocation)
    }
  }

  private func forEachGather(_ each: Case, _ body: (inout Bench) throws -> Void) throws {
    for revision in GatherRevision.allCases {
      for isQueued in [false, true] {
        var bench = try Bench(each, revision, isQueued: isQueued)
        try body(&bench)
      }
    }
  }

  /// Ranges that touch become one, whatever their order; what lies apart is synced for where gaps
  /// are forbidden; nothing calls the driver for a queued gather in the later revisions.
  @Test(arguments: Case.all) func rangesAreGathered(_ each: Case) throws {
    try forEachGather(each) { bench in
      bench.domain.map(0x1000, 0x9000, 0x1000)
      for page in 1..<12 as Range<UInt64> {
        bench.domain.map(0x1_0000 + page * 0x1000, 0x9000, 0x1000)
      }
      // After, before, apart and above, apart and below, then beside that.
      for page in [4, 5, 3, 8, 1, 2, 10] as [UInt64] {
        bench.unmap(0x1_0000 + page * 0x1000, 0x1000)
      }
      bench.sync()
      bench.unmap(0x1_0000 + 7 * 0x1000, 0x1000)
      bench.flush()
      bench.unmap(0x1_0000 + 6 * 0x1000, 0x1000)
      bench.unmap(0x1000, 0x1000)
      bench.sync()
      bench.sync()
      bench.flush()
    }
  }

  /// The tables of one unmap are in the order of the walk, lower ones before what linked them; those
  /// of the next unmap come before them all.
  @Test(arguments: Case.all) func tablesAreFreedInOrder(_ each: Case) throws {
    try forEachGather(each) { bench in
      let (first, second): (UInt64, UInt64) = (0x4000_0000, 0x8000_0000)
      // Two full tables, the rest of the gigabyte in larger pages: one page off, or 2 MiB off, so
      // that no larger ones fit.
      bench.domain.map(first, 0x1000, 0x40_0000)
      bench.domain.map(first + 0x40_0000, 0x20_0000, 0x4000_0000 - 0x40_0000)
      bench.domain.map(second, 0x1000, 0x40_0000)
      bench.domain.map(second + 0x40_0000, 0x1000, 0x20_0000)
      let tables = bench.domain.walk().tables
      func table(_ level: Int, _ iova: UInt64) throws -> UInt64 {
        try #require(tables.first { $0.level == level && $0.iova == iova }).pa
      }
      let gigabyte = [
        try table(0, first), try table(0, first + 0x20_0000), try table(1, first),
      ]
      let pair = [try table(0, second), try table(0, second + 0x20_0000)]
      bench.unmap(first, 0x4000_0000, freeing: gigabyte)
      bench.unmap(second, 0x40_0000, freeing: pair)
      bench.unmap(second + 0x40_0000, 0x20_0000, freeing: [try table(0, second + 0x40_0000)])
      if bench.gather.isQueued { bench.flush() } else { bench.sync() }
    }
  }

  /// Tables on a gather that has to sync for a gap are freed by that sync, and the later ones stay.
  @Test(arguments: Case.all) func aGapFreesTheTablesBeforeIt(_ each: Case) throws {
    try forEachGather(each) { bench in
      let places: [UInt64] = [0x40_0000, 0x60_0000, 0x100_0000]
      for place in places { bench.domain.map(place, 0x1000, 0x20_0000) }
      let tables = bench.domain.walk().tables.filter { $0.level == 0 }
      #expect(tables.map(\.iova) == places)
      for table in tables { bench.unmap(table.iova, 0x20_0000, freeing: [table.pa]) }
      bench.flush()
    }
  }

  /// Pages whose dirty marks were cleared join the gather in any revision, queued or not, without a
  /// sync for a gap; those whose marks are kept do not.
  @Test(arguments: Case.all { [.amdv1, .vtdss].contains($0.format) })
  func clearedMarksAreGathered(_ each: Case) throws {
    try forEachGather(each) { bench in
      for page in [0x5000, 0x9000] as [UInt64] {
        bench.domain.map(page, 0x1000, 0x1000)
        bench.domain.run(.setDirty(iova: page))
      }
      bench.readDirty(0x5000, keep: true)
      bench.readDirty(0x5000, keep: false)
      bench.readDirty(0x9000, keep: true)
      bench.readDirty(0x9000, keep: false)
      bench.unmap(0x5000, 0x1000)
      bench.sync()
    }
  }

  /// An unmap's own gather is strict, and synced at the end.
  @Test(arguments: Case.all) func anUnmapSyncsItsOwnGather(_ each: Case) throws {
    for revision in GatherRevision.allCases {
      var bench = try Bench(each, revision, isQueued: true)
      bench.domain.map(0x40_0000, 0x1000, 0x20_0000)
      let table = try #require(bench.domain.walk().tables.last)
      let response = bench.domain.run(.unmap(iova: 0x40_0000, length: 0x20_0000))
      var own = ExpectedGather(bench.gather.features, revision, isQueued: false)
      _ = own.take(0x40_0000, 0x20_0000, freeing: [table.pa])
      let calls = response.records.filter {
        $0.kind == .sync || $0.kind == .free
      }
      #expect(calls == own.sync(), "\(revision.name)")
      bench.flush()
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI
import Testing

/// Dirty tracking, on the formats that have it.
@Suite struct DirtyTests {
  private static let cases = Case.all { $0.format == .amdv1 || $0.format == .vtdss }

  /// Each item of an entry of each size may be the one that was written: the entry is dirty then,
  /// and reading with clear makes it clean.
  @Test(arguments: cases) func anyItemMakesItsEntryDirty(_ each: Case) throws {
    let domain = try each.open()
    for size in domain.handyPageSizes {
      domain.map(size, domain.someAddress & ~(size - 1), size)
      let leaf = try #require(domain.walk().leaves.first)
      let item: UInt64 = 1 << UInt64(TableEntry.itemLog2(leaf.level))
      let items = max(1, size / item)
      #expect(read(domain, size, size).isEmpty)
      for index in 0..<items {
        #expect(domain.run(.setDirty(iova: size + index * item)).value == 0)
        let expected = reported(size, items: items, item: item)
        #expect(read(domain, size, size, keep: true) == expected, "\(hex(size)) item \(index)")
        #expect(read(domain, size, size) == expected)
        #expect(read(domain, size, size).isEmpty)
        #expect(domain.walk().leaves.map(\.word) == [leaf.word])
      }
      domain.unmap(size, size)
    }
  }

  /// Every entry of a range is asked; clean ones are not reported, holes are passed over.
  @Test(arguments: cases) func onlyDirtyEntriesOfARangeAreReported(_ each: Case) throws {
    let domain = try each.open()
    for page in [0, 1, 3, 600] as [UInt64] { domain.map(page << 12, page << 12, 4096) }
    for page in [1, 600] as [UInt64] { domain.run(.setDirty(iova: page << 12)) }
    #expect(read(domain, 0, 4096).isEmpty)
    #expect(read(domain, 0, 601 << 12, keep: true) == [[1 << 12, 4096], [600 << 12, 4096]])
    #expect(read(domain, 0, 2 << 12) == [[1 << 12, 4096]])
    #expect(read(domain, 0, 601 << 12) == [[600 << 12, 4096]])
  }

  /// What was cleared must be flushed: its range is gathered, and only then.
  @Test(arguments: cases) func clearingGathersAndKeepingDoesNot(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0x5000, 0, 4096)
    domain.run(.setDirty(iova: 0x5000))
    let gathers: [(keep: Bool, state: [UInt64])] = [
      (true, [1, .max, 0]), (false, [1, 0x5000, 0x5fff]),
    ]
    for (keep, expected) in gathers {
      let response = domain.run(
        .readAndClearDirty(gather: 1, iova: 0x5000, length: 4096, keep: keep))
      let gather = try #require(response.records(.gather).first)
      #expect(Array(gather.arguments.prefix(3)) == expected)
    }
  }

  @Test(arguments: cases) func nothingIsDirtyWhereNothingIs(_ each: Case) throws {
    let domain = try each.open()
    #expect(domain.run(.setDirty(iova: 0x1000)).errno == ENOENT)
    #expect(read(domain, 0, 1 << 30).isEmpty)
  }

  @Test(arguments: Case.all { $0.format == .riscv64 })
  func aFormatWithoutTrackingSaysSo(_ each: Case) throws {
    let domain = try each.open()
    domain.map(0, 0, 4096)
    let response = domain.run(.readAndClearDirty(gather: 0, iova: 0, length: 4096, keep: false))
    #expect(response.errno == EOPNOTSUPP)
  }

  /// The ranges that reading reported, as address and length.
  private func read(
    _ domain: DirectDomain, _ iova: UInt64, _ length: UInt64, keep: Bool = false
  ) -> [[UInt64]] {
    let response = domain.run(
      .readAndClearDirty(gather: 0, iova: iova, length: length, keep: keep))
    #expect(response.status == .done && response.value == 0)
    return response.records(.dirty).map(\.arguments)
  }

  /// The contract's answer is the whole entry. The kernel leaves out the last item of one that has
  /// several (``KnownDeparture/lastItemNotReported``).
  private func reported(_ iova: UInt64, items: UInt64, item: UInt64) -> [[UInt64]] {
    [[iova, (items == 1 ? 1 : items - 1) * item]]
  }
}

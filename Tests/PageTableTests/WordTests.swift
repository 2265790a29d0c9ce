// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import ScenarioLanguage
import SubjectABI
import Testing

/// Each bit of the words that maps write, against ``ExpectedWord``.
@Suite struct WordTests {
  /// Every combination of letters on a 4 KiB page.
  @Test(arguments: Case.all) func everyProtectionGivesItsBits(_ each: Case) throws {
    let domain = try each.open()
    let word = ExpectedWord(domain: each.configuration.domain)
    let pa = domain.someAddress & ~0xfff
    var expected: [UInt64] = []
    for (index, prot) in Self.protections.enumerated() {
      let iova = UInt64(index) * 0x1000
      if isAllowed(prot, each) {
        domain.map(iova, pa, 0x1000, prot)
        expected.append(word.leaf(pa, sizeLog2: 12, prot))
      } else {
        let refused = domain.run(.map(iova: iova, pa: pa, length: 0x1000, prot: prot))
        #expect(refused.errno == EINVAL)
      }
    }
    #expect(domain.walk().leaves.map(\.word) == expected)
    domain.expectNoLeak()
  }

  /// Every letter at every page size, in each item of the entry.
  @Test(arguments: Case.all) func everyLetterGivesItsBitsAtEverySize(_ each: Case) throws {
    let domain = try each.open()
    let word = ExpectedWord(domain: each.configuration.domain)
    let letters = Self.letters.filter { isAllowed($0, each) }
    for size in domain.handyPageSizes {
      let pa = domain.someAddress & ~(size - 1)
      for (index, prot) in letters.enumerated() {
        domain.map(UInt64(index) * size, pa, size, prot)
      }
      // The walk tells a fault when an item says something else than the first.
      let log2 = size.trailingZeroBitCount
      #expect(
        domain.walk().leaves.map(\.word) == letters.map { word.leaf(pa, sizeLog2: log2, $0) },
        "\(hex(size))")
      for index in letters.indices { domain.unmap(UInt64(index) * size, size) }
    }
    domain.expectNoLeak()
  }

  /// What a link says does not depend on what is asked for.
  @Test(arguments: Case.all) func linksOfEveryLevelHaveTheirBits(_ each: Case) throws {
    let configuration = each.configuration.domain
    let word = ExpectedWord(domain: configuration)
    for prot in Self.letters where isAllowed(prot, each) {
      let domain = try each.open()
      domain.map(0x20_0000, 0x1000, 0x1000, prot)
      let tables = domain.walk().tables.dropFirst()
      #expect(tables.count == domain.level)
      let isMarked = configuration.features.contains(.dmaIncoherent)
      for table in tables {
        #expect(table.link == word.link(to: table.pa, level: table.level, isMarked: isMarked))
      }
      domain.expectNoLeak()
    }
  }

  /// Links of a top that grew say what others do, but for the mark of having been written back.
  @Test(arguments: Case.growing) func linksOfStackedTopsHaveTheirBits(_ each: Case) throws {
    let domain = try each.open()
    let word = ExpectedWord(domain: each.configuration.domain)
    let old = (pa: domain.top, level: domain.level)
    domain.map(1 << UInt64(TableEntry.itemLog2(old.level) + 18), 0x1000, 0x1000, [.read])
    let stacked = domain.walk().tables.dropFirst().filter { $0.iova == 0 }
    #expect(stacked.map(\.level) == [old.level + 1, old.level] && stacked.last?.pa == old.pa)
    for table in stacked {
      #expect(table.link == word.link(to: table.pa, level: table.level, isMarked: false))
    }
    domain.expectNoLeak()
  }

  private func isAllowed(_ prot: Protection, _ each: Case) -> Bool {
    !each.configuration.domain.features.contains(.vtdssForceWriteable) || prot.contains(.write)
  }

  private static let protections: [Protection] = (0..<64).map { Protection(rawValue: $0) }
    .filter { !$0.isDisjoint(with: DirectDomain.readWrite) }

  /// Read, write, both, and each other letter beside both.
  private static let letters: [Protection] = [
    [.read], [.write], [.read, .write], [.read, .write, .cache], [.read, .write, .noExec],
    [.read, .write, .mmio], [.read, .write, .privileged],
  ]
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import ScenarioLanguage
import Testing

/// Which page sizes there are, and which of them a map takes.
@Suite struct PageSizeTests {
  /// Every size fits into one table without filling it; a word's own size is one of a level's,
  /// but for the 512 GiB page that AMD's hardware lacks.
  @Test(arguments: Case.all) func theSizesOfferedBelongToLevels(_ each: Case) throws {
    let domain = try each.open()
    for size in domain.handyPageSizes {
      domain.map(size * 2, domain.someAddress & ~(size - 1), size)
      let leaf = try #require(domain.walk().leaves.first, "\(hex(size))")
      let item = TableEntry.itemLog2(leaf.level)
      #expect((item..<item + 9).contains(leaf.sizeLog2))
      let isAMDGap = each.configuration.domain.format == .amdv1 && item == 39
      #expect(
        isAMDGap || each.configuration.domain.pageSizes != nil
          || domain.info.pageSizes & (1 << UInt64(item)) != 0)
      domain.unmap(size * 2, size)
    }
  }

  /// Every size at the lowest, some, and the highest output address, each item of it translated,
  /// and nothing left behind.
  @Test(arguments: Case.all) func everySizeHoldsEveryOutputAddress(_ each: Case) throws {
    let domain = try each.open()
    let highest = domain.highestAddress
    for size in domain.handyPageSizes {
      for address in [0, domain.someAddress, highest] {
        let pa = address & ~(size - 1)
        domain.map(size, pa, size)
        let leaves = domain.walk().leaves
        #expect(
          leaves.map(\.iova) == [size] && leaves.map(\.pa) == [pa] && leaves.map(\.size) == [size])
        domain.expectTranslation(size, pa, size)
        domain.unmap(size, size)
        #expect(domain.walk().leaves.isEmpty)
        #expect(domain.lookup(size) == 0)
      }
    }
    domain.expectNoLeak()
  }

  /// The sizes that fill a good part of the space, one at a time at its start.
  @Test(arguments: Case.all) func theLargestSizesFitToo(_ each: Case) throws {
    let domain = try each.open()
    let handy = domain.handyPageSizes
    for size in domain.info.pageSizeList
    where !handy.contains(size) && size <= domain.info.last / 2 && size <= domain.highestAddress {
      domain.map(0, 0, size)
      #expect(domain.walk().leaves.map(\.size) == [size])
      domain.expectTranslation(0, 0, size)
      domain.unmap(0, size)
      #expect(domain.walk().leaves.isEmpty)
    }
    domain.expectNoLeak()
  }

  /// All sizes at once, one of each, side by side.
  @Test(arguments: Case.all) func oneOfEachSizeSideBySide(_ each: Case) throws {
    let domain = try each.open()
    var iova = domain.smallestPage * 256
    var placed: [(iova: UInt64, pa: UInt64, size: UInt64)] = []
    for size in domain.handyPageSizes {
      iova = aligned(iova, to: size)
      guard iova < domain.info.last - size else { break }
      placed.append((iova, domain.someAddress & ~(size - 1), size))
      iova += size
    }
    for page in placed { domain.map(page.iova, page.pa, page.size) }
    #expect(domain.walk().leaves.map(\.size).sorted() == placed.map(\.size))
    for page in placed { domain.expectTranslation(page.iova, page.pa, page.size) }
    for page in placed { domain.unmap(page.iova, page.size) }
    #expect(domain.walk().leaves.isEmpty)
    domain.expectNoLeak()
  }

  /// Random ranges whose ends and output addresses are aligned in every combination are cut as
  /// brute force cuts them: always the largest page that fits.
  @Test(arguments: Case.all) func rangesAreCutIntoTheLargestPages(_ each: Case) throws {
    let domain = try each.open()
    var random = Random(seed: 0x9e37)
    let limit = min(1 << UInt64(domain.info.oa - 1), (domain.info.last >> 1) + 1)
    for _ in 0..<Self.rounds {
      let unit: UInt64 = 4096 << random.below(24)
      let iova = random.below(64) * unit + random.below(4) * 4096
      let pa = random.below(2) == 0 ? iova : random.below(64) * unit + random.below(2) * 0x20_0000
      let length = (1 + random.below(40)) * max(4096, unit >> random.below(6))
      guard iova + length <= limit, pa + length <= limit else { continue }
      let expected = largestPages(domain.info.pageSizeList, iova, pa, length)
      guard let expected else { continue }
      domain.map(iova, pa, length)
      let leaves = domain.walk().leaves
      #expect(leaves.map(\.size) == expected, "\(hex(iova)) \(hex(pa)) \(hex(length))")
      domain.expectTranslation(iova, pa, length)
      domain.unmap(iova, length)
      #expect(domain.walk().leaves.isEmpty)
    }
    domain.expectNoLeak()
  }

  /// The lowest set bits of start, output and length in every combination, near the bottom of the
  /// space and at its end, and beyond 4 GiB.
  @Test(arguments: Case.all) func everyAlignmentIsCutAsByBruteForce(_ each: Case) throws {
    let domain = try each.open()
    let last = domain.info.last
    let outputs: UInt64 = 1 << UInt64(min(domain.info.oa, 47))
    for (bits, far) in [(12...22, 0), (30...40, 1 << 32)] as [(ClosedRange<UInt64>, UInt64)] {
      let exponents = stride(
        from: bits.lowerBound, through: bits.upperBound, by: UInt64.Stride(Self.step))
      for start in exponents {
        for output in exponents {
          for exponent in exponents {
            let (length, pa) = (UInt64(5) << exponent, far + 3 << output)
            // An odd number of units below the end, enough of them for the length.
            let units = (length >> start + 1) | 1
            for iova in [far + 1 << start, last &+ 1 &- units << start] {
              guard iova <= last, length - 1 <= last - iova, pa < outputs, length < outputs - pa
              else { continue }
              try check(domain, iova, pa, length)
            }
          }
        }
      }
    }
    domain.expectNoLeak()
  }

  private func check(
    _ domain: DirectDomain, _ iova: UInt64, _ pa: UInt64, _ length: UInt64
  ) throws {
    guard let expected = largestPages(domain.info.pageSizeList, iova, pa, length, most: 64)
    else { return }
    domain.map(iova, pa, length)
    #expect(
      domain.walk().leaves.map(\.size) == expected, "\(hex(iova)) \(hex(pa)) \(hex(length))")
    domain.unmap(iova, length)
  }

  /// Whatever the domain's bitmap is narrowed to, nothing else is mapped; without any size in it a
  /// range of two pages cannot be.
  @Test(arguments: Case.all) func aNarrowedBitmapIsKeptTo(_ each: Case) throws {
    for sizes in [0, 0x1000, 0x20_1000, 0x4000_1000, 0x4020_1000] as [UInt64] {
      var configuration = each.configuration.domain
      configuration.pageSizes = sizes
      let domain = try DirectDomain(each.subject, configuration)
      let response = domain.run(
        .map(iova: 0x1f_f000, pa: 0x1f_f000, length: 0x40_1000, prot: DirectDomain.readWrite))
      guard domain.info.pageSizes != 0 else {
        #expect(response.errno == ENXIO)
        continue
      }
      let expected = largestPages(domain.info.pageSizeList, 0x1f_f000, 0x1f_f000, 0x40_1000)
      #expect(domain.walk().leaves.map(\.size) == expected)
      domain.expectNoLeak()
    }
  }

  /// Small pages up to the first boundary of a large one, counted.
  @Test(arguments: Case.all) func smallPagesLeadUpToTheFirstLargeOne(_ each: Case) throws {
    let domain = try each.open()
    let sizes = domain.info.pageSizeList
    let large = sizes.last { $0 <= 0x4000_0000 }!
    domain.map(large - 4096, large - 4096, 4096 + large)
    let counts = Dictionary(grouping: domain.walk().leaves, by: \.size).mapValues(\.count)
    #expect(counts == [4096: 1, large: 1])
    domain.expectNoLeak()
  }

  private static let rounds: Int = {
    #if DEBUG
      return 60
    #else
      return 600
    #endif
  }()

  /// Between the alignments that are tried.
  private static let step: Int = {
    #if DEBUG
      return 3
    #else
      return 1
    #endif
  }()

  /// The contract's own cut, by trying every size at every step; nil when it takes too many.
  private func largestPages(
    _ sizes: [UInt64], _ iova: UInt64, _ pa: UInt64, _ length: UInt64, most: Int = 2000
  ) -> [UInt64]? {
    var result: [UInt64] = []
    var done: UInt64 = 0
    while done < length {
      guard result.count < most else { return nil }
      let size = sizes.last {
        (iova + done) % $0 == 0 && (pa + done) % $0 == 0 && $0 <= length - done
      }
      result.append(size!)
      done += size!
    }
    return result
  }
}

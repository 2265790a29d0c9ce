// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import Testing

/// Ranges that once went wrong, as reported on the kernel's mailing list.
@Suite struct RegressionTests {
  /// A range just below 4 GiB whose length is no power of two and whose output address lies far
  /// above; its pages have no large page in common.
  @Test(arguments: Case.all) func aRangeBelowFourGiB(_ each: Case) throws {
    let domain = try each.open()
    let pa: UInt64 = 0x20_8b95_d000
    domain.map(0xfef8_0000, pa, 0x2_0000)
    domain.expectTranslation(0xfef8_0000, pa, 0x2_0000)
    #expect(domain.lookup(0xfef8_0000 - 1) == 0 && domain.lookup(0xfefa_0000) == 0)
    domain.unmap(0xfef8_0000, 0x2_0000)
    domain.expectNoLeak()
  }

  /// Two sizes in one map, the large ones in the middle: 14 of 2 MiB, 3 of 1 GiB, 3 of 2 MiB.
  @Test(arguments: Case.all { $0.format != .amdv1 && $0.pageSizes == nil })
  func largePagesBetweenSmallerOnes(_ each: Case) throws {
    let domain = try each.open()
    let start: UInt64 = 0x3f_e400 << 12
    let end: UInt64 = 0x4c_0600 << 12
    guard start < domain.info.last else { return }
    domain.map(start, start, end - start)
    let mega: UInt64 = 1 << 21
    let giga: UInt64 = 1 << 30
    let sizes = domain.walk().leaves.map(\.size)
    #expect(
      sizes == Array(repeating: mega, count: 14) + Array(repeating: giga, count: 3)
        + Array(repeating: mega, count: 3))
    domain.expectTranslation(start, start, end - start)
    domain.unmap(start, end - start)
    domain.expectNoLeak()
  }
}

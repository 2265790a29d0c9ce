// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// The operations that an exhaustive sweep puts together: on ranges at the boundaries of a domain's
/// tables, entries and space.
public struct BoundaryOperations: Sendable {
  /// In the order in which a sweep tries them.
  public let operations: [Operation]

  /// A range of IOVAs, bytes.
  private struct AddressRange {
    var iova: UInt64
    var length: UInt64
    /// False for a range that the domain refuses, where unmapping is of no interest.
    var isInside = true
  }

  /// Those for one configuration, as a subject reported it when it was opened.
  public init(_ domain: DomainConfiguration, _ info: DomainInfo) {
    let edges = Self.edges(info)
    let prot: Protection = [.read, .write]
    func map(_ span: AddressRange, output: UInt64) -> Operation {
      .map(
        iova: span.iova, pa: output & ((1 << UInt64(min(info.oa, 63))) - 1), length: span.length,
        prot: prot)
    }
    var result = (Self.mapped + edges).map { map($0, output: $0.iova) }
    result += Self.mappedInSmallerPages.map { map($0.span, output: $0.span.iova + $0.page) }
    // One that leaves its first part behind when it fails, over everything near the bottom.
    result.append(.mapRange(iova: 0x1_0000, pa: 0x1_0000, length: 0x20_0000, prot: prot))
    result += (Self.unmapped + edges.filter(\.isInside)).map {
      .unmap(iova: $0.iova, length: $0.length)
    }
    result += [
      .unmapFast(gather: 0, iova: 0x1f_f000, length: 0x2000),
      .unmapFast(gather: 0, iova: 0, length: 0x20_0000),
      .gather(0, queued: true), .iotlbSync(gather: 0), .flush(gather: 0),
      .failAlloc(countdown: 1),
    ]
    if domain.format.tracksDirt {
      result += [
        .setDirty(iova: 0x1f_f000),
        .readAndClearDirty(gather: 0, iova: 0x1_0000, length: 0x1f_0000, keep: false),
      ]
    }
    operations = result
  }

  /// The first page; across two tables; across the edge of a contiguous entry, and one entry; an
  /// entry of the next level; across two tables of the next level.
  private static let mapped = [
    AddressRange(iova: 0, length: 0x1000), AddressRange(iova: 0x1f_f000, length: 0x2000),
    AddressRange(iova: 0xf000, length: 0x2000), AddressRange(iova: 0x1_0000, length: 0x1_0000),
    AddressRange(iova: 0, length: 0x20_0000), AddressRange(iova: 0x3fe0_0000, length: 0x40_0000),
  ]

  /// All of a table, on levels 0 and 1: the output is a smaller page off, so that no larger one
  /// fits.
  private static let mappedInSmallerPages = [
    (span: AddressRange(iova: 0, length: 0x20_0000), page: 0x1000 as UInt64),
    (span: AddressRange(iova: 0x4000_0000, length: 0x4000_0000), page: 0x20_0000),
  ]

  /// The first page, the last two of a table, a contiguous entry, a whole table, a table of the
  /// next level, across two of them.
  private static let unmapped = [
    AddressRange(iova: 0, length: 0x1000), AddressRange(iova: 0x1f_e000, length: 0x2000),
    AddressRange(iova: 0x1_0000, length: 0x1_0000), AddressRange(iova: 0, length: 0x20_0000),
    AddressRange(iova: 0x4000_0000, length: 0x4000_0000),
    AddressRange(iova: 0x3fe0_0000, length: 0x40_0000),
  ]

  /// Around the last page of the aperture; with sign extension also across its edge, in the hole
  /// and in the upper half; with a growing top the first page beyond it.
  private static func edges(_ info: DomainInfo) -> [AddressRange] {
    var result = [AddressRange(iova: info.last - 0xfff, length: 0x1000)]
    if info.last != .max {
      result.append(AddressRange(iova: info.last - 0xfff, length: 0x2000, isInside: false))
    }
    if info.features.contains(.signExtend) {
      result.append(AddressRange(iova: ~info.last, length: 0x1000))
      result.append(AddressRange(iova: .max - 0xfff, length: 0x1000))
      result.append(AddressRange(iova: ~info.last &- (info.last &+ 1), length: 0x1000))
    }
    let reach = TableEntry.itemLog2(info.level) + 9
    if info.features.contains(.dynamicTop), reach < 64 {
      result.append(AddressRange(iova: (1 << UInt64(reach)) - 0x1000, length: 0x2000))
    }
    return result
  }
}

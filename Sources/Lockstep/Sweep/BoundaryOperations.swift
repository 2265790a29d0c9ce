// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// The operations that an exhaustive sweep puts together: on ranges at the boundaries of a domain's
/// tables, entries and space.
public struct BoundaryOperations: Sendable {
  public let operations: [Operation]

  /// A range of IOVAs.
  struct Span: Hashable {
    var iova: UInt64
    var length: UInt64
  }

  public init(_ domain: DomainConfiguration, _ info: DomainInfo) {
    let mapped = Self.mappedSpans(info)
    let prot: Protection = [.read, .write]
    var result: [Operation] = mapped.map {
      .map(
        iova: $0.iova, pa: Self.output($0, info), length: $0.length, prot: prot)
    }
    // One that leaves its first part behind when it fails, over everything near the bottom.
    result.append(.mapRange(iova: 0x1_0000, pa: 0x1_0000, length: 0x20_0000, prot: prot))
    result += Self.unmappedSpans(info).map { .unmap(iova: $0.iova, length: $0.length) }
    result += [
      .unmapFast(gather: 0, iova: 0, length: 0x1000),
      .unmapFast(gather: 0, iova: 0x1f_f000, length: 0x2000),
      .unmapFast(gather: 0, iova: 0, length: 0x40_0000),
      .gather(0, queued: true), .iotlbSync(gather: 0), .flush(gather: 0),
      .failAlloc(countdown: 1),
    ]
    if domain.format == .amdv1 || domain.format == .vtdss {
      result += [
        .setDirty(iova: 0x1f_f000),
        .readAndClearDirty(gather: 0, iova: 0x1_0000, length: 0x1f_0000, keep: false),
      ]
    }
    operations = result
  }

  /// First and last page of the first table, across two tables, around a contiguous entry, one and
  /// two entries of the next level, the last of its table, and the edges of the space.
  private static func mappedSpans(_ info: DomainInfo) -> [Span] {
    unique(
      [
        Span(iova: 0, length: 0x1000), Span(iova: 0x1f_f000, length: 0x1000),
        Span(iova: 0x1f_f000, length: 0x2000), Span(iova: 0xf000, length: 0x2000),
        Span(iova: 0x1_0000, length: 0x1_0000), Span(iova: 0, length: 0x20_0000),
        Span(iova: 0x20_0000, length: 0x20_0000), Span(iova: 0x3fe0_0000, length: 0x40_0000),
      ] + edges(info))
  }

  private static func unmappedSpans(_ info: DomainInfo) -> [Span] {
    unique(
      [
        Span(iova: 0, length: 0x1000), Span(iova: 0x1f_f000, length: 0x1000),
        Span(iova: 0x20_0000, length: 0x1000), Span(iova: 0x1_0000, length: 0x1_0000),
        Span(iova: 0, length: 0x20_0000), Span(iova: 0, length: 0x40_0000),
        Span(iova: 0x3fe0_0000, length: 0x40_0000),
      ] + edges(info))
  }

  /// Around the last page of the aperture; with sign extension also across its edge, in the hole
  /// and in the upper half; with a growing top the first page beyond it.
  private static func edges(_ info: DomainInfo) -> [Span] {
    var result = [Span(iova: info.last - 0xfff, length: 0x1000)]
    if info.last != .max {
      result.append(Span(iova: info.last - 0xfff, length: 0x2000))
    }
    if info.features.contains(.signExtend) {
      result.append(Span(iova: ~info.last, length: 0x1000))
      result.append(Span(iova: .max - 0xfff, length: 0x1000))
      result.append(Span(iova: ~info.last &- (info.last &+ 1), length: 0x1000))
    }
    let reach = HardwareEntry.itemLog2(info.level) + 9
    if info.features.contains(.dynamicTop), reach < 64 {
      result.append(Span(iova: (1 << UInt64(reach)) - 0x1000, length: 0x2000))
    }
    return result
  }

  /// The identity as far as the output's width goes.
  private static func output(_ span: Span, _ info: DomainInfo) -> UInt64 {
    span.iova & ((1 << UInt64(min(info.oa, 63))) - 1)
  }

  private static func unique(_ spans: [Span]) -> [Span] {
    var seen: Set<Span> = []
    return spans.filter { seen.insert($0).inserted }
  }
}

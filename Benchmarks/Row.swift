// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import SubjectABI

/// One line of the page-table benchmark: a domain, and a batch of calls of one size.
struct Row {
  let name: String
  let domain: DomainConfiguration
  /// Bytes of one call.
  let length: UInt64
  /// Calls of one batch, at consecutive addresses.
  let calls: Int
  /// The first IOVA of the batch.
  let start: UInt64
  /// Physical address less IOVA: what keeps larger pages from being used.
  let skew: UInt64
  /// Mapped all the time, so that the last table stays; nil: nothing.
  let neighbour: (start: UInt64, length: UInt64)?
  /// Unmap the whole batch with one call.
  let unmapsAtOnce: Bool

  /// One page a call, in a table that stays.
  static func single(
    _ format: String, _ domain: DomainConfiguration, _ page: PageSize
  ) -> Row {
    let start = max(page.bytes * 64, 1 << 32)
    return Row(
      name: "\(format) \(page.name)", domain: domain, length: page.bytes, calls: page.calls,
      start: start, skew: 0, neighbour: (start + UInt64(page.calls) * page.bytes, page.bytes),
      unmapsAtOnce: false)
  }

  /// 256 pages of one size in one call.
  static func many(_ format: String, _ domain: DomainConfiguration, _ page: PageSize) -> Row {
    let length = page.bytes * 256
    // 256 pages of 1 GiB are all that the lower half of Sv39 holds.
    let isWholeSpace = length >= 1 << 38
    let start: UInt64 = isWholeSpace ? 0 : max(length * 2, 1 << 32)
    return Row(
      name: "\(format) 256×\(page.name)", domain: domain, length: length, calls: 1, start: start,
      skew: page.bytes, neighbour: isWholeSpace ? nil : (start + length, page.bytes),
      unmapsAtOnce: false)
  }

  /// 2 MiB as 512 maps of 4 KiB and one unmap, which frees the table.
  static func wholeTable(_ format: String, _ domain: DomainConfiguration) -> Row {
    Row(
      name: "\(format) table", domain: domain, length: 4 << 10, calls: 512, start: 1 << 32,
      skew: 0, neighbour: (1 << 33, 4 << 10), unmapsAtOnce: true)
  }
}

/// A page size, and how many calls make a batch that stays within one table.
struct PageSize {
  let name: String
  let bytes: UInt64
  let calls: Int

  init(log2: UInt64) {
    bytes = 1 << log2
    name = "\(bytes >> (log2 / 10 * 10))\(["", "K", "M", "G"][Int(log2 / 10)])"
    calls =
      switch log2 {
      case ...20: 256 >> Int(log2 - 12)
      case 21: 256
      default: 64
      }
  }
}

/// Every row, in the order in which it is printed.
enum Rows {
  static let all: [Row] = Format.allCases.flatMap(\.measuredConfigurations).flatMap { measured in
    let (name, domain) = (measured.configuration.name, measured.configuration.domain)
    let sizes = measured.pages.map(PageSize.init(log2:))
    return sizes.map { Row.single(name, domain, $0) } + sizes.map { Row.many(name, domain, $0) }
      + [Row.wholeTable(name, domain)]
  }
}

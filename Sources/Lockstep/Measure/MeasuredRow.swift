// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One line of the page-table benchmark: a domain, and a batch of calls of one size.
public struct MeasuredRow: Sendable {
  /// The configuration's name and the size of a call: `riscv_64 Sv39 256×4K`.
  public let name: String
  private(set) var domain: DomainConfiguration
  /// Bytes of one call.
  let length: UInt64
  /// Calls of one batch, at consecutive addresses.
  public let calls: Int
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
  ) -> MeasuredRow {
    let start = max(page.bytes * 64, 1 << 32)
    return MeasuredRow(
      name: "\(format) \(page.name)", domain: domain, length: page.bytes, calls: page.calls,
      start: start, skew: 0, neighbour: (start + UInt64(page.calls) * page.bytes, page.bytes),
      unmapsAtOnce: false)
  }

  /// 256 pages of one size in one call.
  static func many(_ format: String, _ domain: DomainConfiguration, _ page: PageSize) -> MeasuredRow
  {
    let length = page.bytes * 256
    // 256 pages of 1 GiB are all that the lower half of Sv39 holds.
    let isWholeSpace = length >= 1 << 38
    let start: UInt64 = isWholeSpace ? 0 : max(length * 2, 1 << 32)
    return MeasuredRow(
      name: "\(format) 256×\(page.name)", domain: domain, length: length, calls: 1, start: start,
      skew: page.bytes, neighbour: isWholeSpace ? nil : (start + length, page.bytes),
      unmapsAtOnce: false)
  }

  /// 2 MiB as 512 maps of 4 KiB and one unmap, which frees the table.
  static func wholeTable(_ format: String, _ domain: DomainConfiguration) -> MeasuredRow {
    MeasuredRow(
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

extension MeasuredRow {
  /// Every row, in the order in which it is printed.
  public static let all: [MeasuredRow] = rows { $0 }
  /// Two sizes of each configuration, and its whole table.
  public static let few: [MeasuredRow] = rows { [$0[0], $0.first { $0 >= 21 } ?? $0[0]] }

  /// `choose`: which of a configuration's page sizes, log2 bytes.
  private static func rows(_ choose: ([UInt64]) -> [UInt64]) -> [MeasuredRow] {
    Format.allCases.flatMap(\.measuredConfigurations).flatMap { measured in
      let (name, domain) = (measured.configuration.name, measured.configuration.domain)
      let sizes = choose(measured.pages).map(PageSize.init(log2:))
      return sizes.map { single(name, domain, $0) } + sizes.map { many(name, domain, $0) }
        + [wholeTable(name, domain)]
    }
  }
}

extension MeasuredRow {
  /// The same with what a driver of a release asks for, riscv_64's levels of gathers among it. A subject
  /// that is given it unasked does not tell it, or the lane takes it out of the log again, and then
  /// subjects do not do the same work.
  public func asked(byDriverOf release: Kernel) -> MeasuredRow {
    var row = self
    row.domain = domain.with(release)
    // Subjects are chosen with the release, or are of one.
    row.domain.kernel = domain.kernel
    return row
  }

  /// Calls of one batch in a phase.
  func calls(_ phase: RowPhase) -> Int {
    switch phase {
    case .map, .lookup: calls
    case .unmap: unmapsAtOnce ? 1 : calls
    // Of each time that the batch is unmapped for it.
    case .sync: 1
    }
  }

  /// Runs batches of each row for callgrind, which counts what is between two row ends.
  public static func runForCounting(
    _ rows: [MeasuredRow], _ lane: Lane, batches: Int, syncs: Int
  ) {
    for row in rows {
      let runner = RowRunner(row, lane, syncs: syncs)
      runner.start()
      for _ in 0..<batches { _ = runner.batch() }
      runner.end()
      endRow()
    }
  }
}

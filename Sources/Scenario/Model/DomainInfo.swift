// SPDX-License-Identifier: GPL-2.0-only
import Log

/// What a domain reports when it is opened: the ABI's `IOPT_EVENT_INFO`.
public struct DomainInfo: Equatable, Sendable {
  /// A bit a page size.
  public var pageSizes: UInt64
  /// The aperture, both inclusive. A sign-extended one reports its lower half.
  public var first: UInt64
  public var last: UInt64
  /// The top table and its level.
  public var top: UInt64
  public var level: Int
  public var features: Features
  /// Widths in force, bits.
  public var va: Int
  public var oa: Int

  /// Reads the last INFO record of a log; nil when there is none.
  public init?(_ log: RecordView) {
    var last: InfoRecord?
    for record in log { last = InfoRecord(record) ?? last }
    guard let last else { return nil }
    self.init(last)
  }

  /// The same of one record.
  public init(_ record: InfoRecord) {
    pageSizes = record.pageSizes
    first = record.first
    last = record.last
    top = record.top
    level = record.level
    features = Features(rawValue: record.features)
    va = Int(truncatingIfNeeded: record.inputWidth)
    oa = Int(truncatingIfNeeded: record.outputWidth)
  }

  /// Addresses are sign-extended, and one entry of the top table translates as many as there are, or more.
  public var hasTopAboveWidth: Bool {
    features.contains(.signExtend) && level > 0 && TableEntry.itemLog2(level) >= va
  }

  /// The page sizes in bytes, smallest first.
  public var pageSizeList: [UInt64] {
    (0..<64).map { 1 << UInt64($0) }.filter { pageSizes & $0 != 0 }
  }
}

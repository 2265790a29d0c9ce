// SPDX-License-Identifier: GPL-2.0-only
import Scenario
import SubjectABI

/// What a subject answered to one request.
public struct Response: Equatable, Sendable {
  /// One record of the log.
  public struct Record: Equatable, Sendable {
    public var kind: iopt_event
    public var arguments: [UInt64]

    public init(kind: iopt_event, arguments: [UInt64]) {
      self.kind = kind
      self.arguments = arguments
    }

    public static func == (left: Record, right: Record) -> Bool {
      left.kind.rawValue == right.kind.rawValue && left.arguments == right.arguments
    }
  }

  public var status: SubjectStatus
  /// In order, stores left out.
  public var records: [Record]

  init(_ status: SubjectStatus, _ log: UnsafeMutablePointer<iopt_log>) {
    self.status = status
    records = RecordView(log).filter { $0.kind != IOPT_EVENT_STORE.rawValue }.map {
      Record(kind: iopt_event($0.kind), arguments: Array($0.arguments))
    }
  }

  /// The result as the subject wrote it: a byte count, an address, or a negative errno as two's
  /// complement. 0 for an operation without one.
  public var value: UInt64 { result?[0] ?? 0 }

  /// What a map reported as mapped, in bytes.
  public var mapped: UInt64 { result?[1] ?? 0 }

  /// The errno, positive, when the result is one.
  public var errno: Int32? {
    let signed = Int64(bitPattern: value)
    return (-4095 ... -1).contains(signed) ? Int32(-signed) : nil
  }

  /// All records of one kind.
  public func records(_ kind: iopt_event) -> [Record] { records.filter { $0.kind == kind } }

  private var result: [UInt64]? {
    records.last { $0.kind == IOPT_EVENT_RET && $0.arguments.count == 2 }?.arguments
  }
}

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

  init?(_ records: [Response.Record]) {
    guard let words = records.last(where: { $0.kind == IOPT_EVENT_INFO })?.arguments,
      words.count == 8
    else { return nil }
    pageSizes = words[0]
    first = words[1]
    last = words[2]
    top = words[3]
    level = Int(words[4])
    features = Features(rawValue: UInt32(truncatingIfNeeded: words[5]))
    va = Int(words[6])
    oa = Int(words[7])
  }

  /// The page sizes in bytes, smallest first.
  public var pageSizeList: [UInt64] {
    (0..<64).map { 1 << UInt64($0) }.filter { pageSizes & $0 != 0 }
  }
}

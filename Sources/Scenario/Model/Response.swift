// SPDX-License-Identifier: GPL-2.0-only
import Log

/// What a subject answered to one request, kept: for suites and sweeps.
public struct Response: Equatable, Sendable {
  /// One record of the log.
  public struct Record: Equatable, Sendable {
    /// What it is of, and the words that follow its kind.
    public var kind: EventKind
    public var arguments: [UInt64]

    /// A record of `kind`.
    public init(kind: EventKind, arguments: [UInt64]) {
      self.kind = kind
      self.arguments = arguments
    }
  }

  /// How the request ended.
  public var status: SubjectStatus
  /// In order; stores, and records of kinds that this harness does not know, left out.
  public var records: [Record]

  /// Copies what `log` holds.
  public init(_ status: SubjectStatus, _ log: RecordView) {
    self.status = status
    records = log.compactMap { record in
      guard let kind = record.kind, kind != .store else { return nil }
      return Record(kind: kind, arguments: Array(record.words.dropFirst()))
    }
  }

  /// The result as the subject wrote it: a byte count, an address, or a negative errno as two's
  /// complement. 0 for an operation without one.
  public var value: UInt64 { result?[0] ?? 0 }

  /// What a map reported as mapped, in bytes.
  public var mapped: UInt64 { result?[1] ?? 0 }

  /// The errno, positive, when the result is one.
  public var errno: Int32? { ResultRecord.errno(value) }

  /// All records of one kind.
  public func records(_ kind: EventKind) -> [Record] { records.filter { $0.kind == kind } }

  private var result: [UInt64]? {
    records.last { $0.kind == .result && $0.arguments.count == 2 }?.arguments
  }
}

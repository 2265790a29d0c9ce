// SPDX-License-Identifier: GPL-2.0-only

/// What can be asked of the records that a subject wrote in one request, whatever they say.
public struct RecordCheck {
  /// The first word of the first record that no subject may write: of no kind or of one of the
  /// harness's own, with fewer arguments than its kind has, or with its end behind the log's. Kinds
  /// that are not known yet are passed over. What follows it was not looked at.
  public private(set) var firstUnreadable: UInt64?
  /// How many records tell what an operation came to.
  public private(set) var results = 0
  /// How many are the host's own: of tables that were asked for or given back, and of virtual CPUs.
  public private(set) var ofHost = 0

  /// Goes over `words` once.
  public init(_ words: UnsafeBufferPointer<UInt64>) {
    var position = 0
    while position < words.count {
      let header = words[position]
      let kind = UInt32(truncatingIfNeeded: header)
      let arguments = Int(header >> 32)
      guard kind > 0, kind < EventKind.pte.rawValue, arguments < words.count - position,
        arguments >= Self.least[Int(kind)]
      else {
        firstUnreadable = header
        return
      }
      count(EventKind(rawValue: kind))
      position += 1 + arguments
    }
  }

  private mutating func count(_ kind: EventKind?) {
    switch kind {
    case .result: results += 1
    case .alloc, .allocFail, .free, .cpu: ofHost += 1
    default: break
    }
  }

  /// How many arguments a record of each kind has at least.
  private static let least = (0..<EventKind.pte.rawValue).map { kind in
    EventKind(rawValue: kind)?.schema.arguments.count ?? 0
  }
}

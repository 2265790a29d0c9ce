// SPDX-License-Identifier: GPL-2.0-only

extension RecordView {
  /// The first word of the first record that no subject may write: of no kind or of one of the
  /// harness's own, with fewer arguments than its kind has, or with its end behind the log's. Kinds
  /// that are not known yet are passed over.
  public var firstUnreadable: UInt64? {
    var position = 0
    while position < words.count {
      let header = words[position]
      let kind = UInt32(truncatingIfNeeded: header)
      let count = Int(header >> 32)
      guard kind > 0, kind < EventKind.pte.rawValue, count < words.count - position,
        count >= Self.least[Int(kind)]
      else { return header }
      position += 1 + count
    }
    return nil
  }

  /// How many records tell what an operation came to.
  public var results: Int { reduce(0) { $0 + ($1.has(.result) ? 1 : 0) } }

  /// How many are the host's own: of tables that were asked for or given back.
  public var ofHost: Int {
    reduce(0) { $0 + ($1.has(.alloc) || $1.has(.allocFail) || $1.has(.free) ? 1 : 0) }
  }

  /// How many arguments a record of each kind has at least.
  private static let least = (0..<EventKind.pte.rawValue).map { kind in
    EventKind(rawValue: kind)?.schema.arguments.count ?? 0
  }
}

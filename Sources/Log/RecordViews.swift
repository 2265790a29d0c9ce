// SPDX-License-Identifier: GPL-2.0-only

// Records by the names of their words. Each is nil for a record of another kind, or one that lacks
// words. The words' places are those of ``EventSchema``.

/// `IOPT_EVENT_RET`: what an operation came to.
public struct ResultRecord {
  /// A byte count, an address, or a negative errno as two's complement.
  public let value: UInt64
  /// What a map says is mapped, bytes.
  public let mapped: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.result) else { return nil }
    value = record.argument(0)
    mapped = record.argument(1)
  }

  /// The errno, positive; nil when the value is none.
  public var errno: Int32? { Self.errno(value) }

  /// The errno, positive, that a result stands for; nil when it is none.
  public static func errno(_ value: UInt64) -> Int32? {
    let signed = Int64(bitPattern: value)
    return (-4095 ... -1).contains(signed) ? Int32(-signed) : nil
  }
}

/// `IOPT_EVENT_INFO`: what a domain is once it is open.
public struct InfoRecord {
  /// A bit a page size.
  public let pageSizes: UInt64
  /// The aperture, both inclusive.
  public let first: UInt64
  public let last: UInt64
  /// The top table's physical address, and its level.
  public let top: UInt64
  public let level: Int
  /// `enum iopt_feature` bits in force.
  public let features: UInt32
  /// Widths in force, bits.
  public let inputWidth: UInt64
  public let outputWidth: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.info) else { return nil }
    pageSizes = record.argument(0)
    first = record.argument(1)
    last = record.argument(2)
    top = record.argument(3)
    level = Int(truncatingIfNeeded: record.argument(4))
    features = UInt32(truncatingIfNeeded: record.argument(5))
    inputWidth = record.argument(6)
    outputWidth = record.argument(7)
  }
}

/// `IOPT_EVENT_ALLOC`: a zeroed table was allocated.
public struct AllocRecord {
  /// The table.
  public let pa: UInt64
  /// Bytes.
  public let size: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.alloc) else { return nil }
    pa = record.argument(0)
    size = record.argument(1)
  }
}

/// `IOPT_EVENT_FREE`: a table went back to the allocator.
public struct FreeRecord {
  /// The table.
  public let pa: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.free) else { return nil }
    pa = record.argument(0)
  }
}

/// `IOPT_EVENT_TOP`: the driver's `change_top` was called.
public struct TopRecord {
  /// The top table, and its level: 0 is the last.
  public let pa: UInt64
  public let level: Int

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.top) else { return nil }
    pa = record.argument(0)
    level = Int(truncatingIfNeeded: record.argument(1))
  }
}

/// `IOPT_EVENT_SYNC`: the driver's `iotlb_sync` was called. Its pages are ``Record/pages``.
public struct SyncRecord {
  /// Both inclusive.
  public let start: UInt64
  public let last: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.sync) else { return nil }
    start = record.argument(0)
    last = record.argument(1)
  }
}

/// `IOPT_EVENT_GATHER`: what a gather is now. Its pages are ``Record/pages``.
public struct GatherRecord {
  /// Its number; the range that it covers, both ends inclusive; whether a flush queue takes it.
  public let gather: UInt64
  public let start: UInt64
  public let last: UInt64
  public let isQueued: Bool

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.gather) else { return nil }
    gather = record.argument(0)
    start = record.argument(1)
    last = record.argument(2)
    isQueued = record.argument(3) != 0
  }
}

/// `IOPT_EVENT_LEVELS`: what the gather in the next record has unmapped and removed.
public struct LevelsRecord: Equatable {
  /// Bit n for level n: where leaves were unmapped, and where tables were removed from.
  public let leaves: UInt64
  public let tables: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.levels) else { return nil }
    leaves = record.argument(0)
    tables = record.argument(1)
  }
}

/// `IOPT_EVENT_DIRTY`: one range was recorded dirty.
public struct DirtyRecord {
  /// Where the range starts.
  public let iova: UInt64
  /// Bytes.
  public let length: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.dirty) else { return nil }
    iova = record.argument(0)
    length = record.argument(1)
  }
}

/// `IOPT_EVENT_IOVA_ALLOC` and `IOPT_EVENT_IOVA_FREE`: a range was handed out, or came back.
public struct IOVARecord {
  /// Where the range starts.
  public let iova: UInt64
  /// Bytes.
  public let length: UInt64

  /// Reads a record of this kind, which is one of the two.
  public init?(_ record: Record, _ kind: EventKind) {
    guard record.has(kind) else { return nil }
    iova = record.argument(0)
    length = record.argument(1)
  }
}

/// `IOPT_EVENT_QUEUE`: a range and its tables went on a flush queue. They are ``Record/pages``.
public struct QueueRecord {
  /// Whose queue, and where the range starts.
  public let cpu: UInt64
  public let iova: UInt64
  /// Bytes.
  public let length: UInt64
  /// Flushes that had been started.
  public let counter: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.queue) else { return nil }
    cpu = record.argument(0)
    iova = record.argument(1)
    length = record.argument(2)
    counter = record.argument(3)
  }
}

/// `IOPT_EVENT_STORE`: `count` words from `pa` on were written, the first with `value`, each next
/// one with `stride` more.
public struct StoreRecord {
  /// The first word; how many; what was written there; what each next one has more.
  public let pa: UInt64
  public let count: UInt64
  public let value: UInt64
  public let stride: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.store) else { return nil }
    pa = record.argument(0)
    count = record.argument(1)
    value = record.argument(2)
    stride = record.argument(3)
  }
}

/// The harness's own record of words that changed: `first` to `last` (inclusive) of one table.
public struct PTERecord {
  /// The table; indices of words, both inclusive; the first word's value; what each next one has
  /// more.
  public let table: UInt64
  public let first: UInt64
  public let last: UInt64
  public let value: UInt64
  public let stride: UInt64

  /// Reads a record.
  public init?(_ record: Record) {
    guard record.has(.pte) else { return nil }
    table = record.argument(0)
    first = record.argument(1)
    last = record.argument(2)
    value = record.argument(3)
    stride = record.argument(4)
  }
}

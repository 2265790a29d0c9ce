// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// A reused buffer of record words, in the encoding of the subject ABI's log.
public struct RecordBuffer: ~Copyable {
  private let buffer = PlainBuffer<UInt64>(capacity: 256)

  /// An empty one.
  public init() {}

  /// The words, valid until the next change.
  public var words: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(buffer.elements) }

  /// Empties it.
  public func removeAll() { buffer.cut(to: 0) }

  /// Appends one record, header and all.
  public func append(_ record: UnsafeBufferPointer<UInt64>) {
    let room = buffer.extend(by: record.count)
    for index in 0..<record.count { room[index] = record[index] }
  }

  /// Appends a `pte` record: words `first` to `last` (inclusive) of the table at `table`.
  public func appendPTE(table: UInt64, first: Int, last: Int, value: UInt64, stride: UInt64) {
    let room = buffer.extend(by: 6)
    room[0] = UInt64(EventKind.pte.rawValue) | 5 << 32
    room[1] = table
    room[2] = UInt64(first)
    room[3] = UInt64(last)
    room[4] = value
    room[5] = stride
  }

  /// Appends the record of a crash.
  public func appendCrash() { buffer.extend(by: 1).pointee = UInt64(EventKind.crash.rawValue) }

  /// Whether two lists of record words are the same.
  public static func equal(
    _ left: UnsafeBufferPointer<UInt64>, _ right: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    left.count == right.count
      && (right.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, right.count * 8) == 0)
  }
}

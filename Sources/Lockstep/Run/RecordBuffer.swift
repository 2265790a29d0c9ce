// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Scenario

/// A reused buffer of record words, in the encoding of the subject ABI's log.
struct RecordBuffer: ~Copyable {
  private let buffer = PlainBuffer<UInt64>(capacity: 256)

  /// The words, valid until the next change.
  @inline(__always)
  var words: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(buffer.elements) }

  @inline(__always)
  func removeAll() { buffer.cut(to: 0) }

  @inline(__always)
  func append(_ record: UnsafeBufferPointer<UInt64>) {
    let room = buffer.extend(by: record.count)
    for index in 0..<record.count { room[index] = record[index] }
  }

  /// Appends a `pte` record: words `first` to `last` (inclusive) of the table at `table`.
  func appendPTE(table: UInt64, first: Int, last: Int, value: UInt64, stride: UInt64) {
    let room = buffer.extend(by: 6)
    room[0] = UInt64(pteRecordKind) | 5 << 32
    room[1] = table
    room[2] = UInt64(first)
    room[3] = UInt64(last)
    room[4] = value
    room[5] = stride
  }

  func appendCrash() { buffer.extend(by: 1).pointee = UInt64(crashRecordKind) }

  /// Whether both hold the same words.
  @inline(__always)
  func holds(_ other: UnsafeBufferPointer<UInt64>) -> Bool {
    let words = words
    return words.count == other.count
      && (other.isEmpty || memcmp(words.baseAddress!, other.baseAddress!, other.count * 8) == 0)
  }
}

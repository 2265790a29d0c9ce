// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Scenario

/// A reused buffer of record words, in the encoding of the subject ABI's log.
struct RecordBuffer {
  private(set) var words: [UInt64] = []

  mutating func removeAll() { words.removeAll(keepingCapacity: true) }

  mutating func append(_ record: UnsafeBufferPointer<UInt64>) {
    words.append(contentsOf: record)
  }

  /// Appends a `pte` record: words `first` to `last` (inclusive) of the table at `table`.
  mutating func appendPTE(table: UInt64, first: Int, last: Int, value: UInt64, stride: UInt64) {
    words.append(UInt64(pteRecordKind) | 5 << 32)
    words.append(table)
    words.append(UInt64(first))
    words.append(UInt64(last))
    words.append(value)
    words.append(stride)
  }

  mutating func appendCrash() { words.append(UInt64(crashRecordKind)) }
}

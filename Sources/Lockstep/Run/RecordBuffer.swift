// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Scenario

/// A reused buffer of record words, in the encoding of the subject ABI's log. What it holds is
/// behind a pointer, so that owners which are classes change it without exclusivity checks.
struct RecordBuffer: ~Copyable {
  private struct Storage {
    var words: UnsafeMutablePointer<UInt64>
    var count = 0
    var capacity: Int
  }

  private let storage: UnsafeMutablePointer<Storage>

  init() {
    let capacity = 256
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage(words: .allocate(capacity: capacity), capacity: capacity))
  }

  deinit {
    storage.pointee.words.deallocate()
    storage.deallocate()
  }

  /// The words, valid until the next change.
  @inline(__always)
  var words: UnsafeBufferPointer<UInt64> {
    UnsafeBufferPointer(start: storage.pointee.words, count: storage.pointee.count)
  }

  @inline(__always)
  func removeAll() { storage.pointee.count = 0 }

  /// Room for `count` words more, which then belong to the contents.
  @inline(__always)
  private func extend(by count: Int) -> UnsafeMutablePointer<UInt64> {
    if storage.pointee.capacity - storage.pointee.count < count { grow(by: count) }
    defer { storage.pointee.count += count }
    return storage.pointee.words + storage.pointee.count
  }

  @inline(never)
  private func grow(by count: Int) {
    let capacity = max(storage.pointee.capacity * 2, storage.pointee.count + count)
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    words.update(from: storage.pointee.words, count: storage.pointee.count)
    storage.pointee.words.deallocate()
    storage.pointee.words = words
    storage.pointee.capacity = capacity
  }

  @inline(__always)
  func append(_ record: UnsafeBufferPointer<UInt64>) {
    let room = extend(by: record.count)
    for index in 0..<record.count { room[index] = record[index] }
  }

  /// Appends a `pte` record: words `first` to `last` (inclusive) of the table at `table`.
  func appendPTE(table: UInt64, first: Int, last: Int, value: UInt64, stride: UInt64) {
    let room = extend(by: 6)
    room[0] = UInt64(pteRecordKind) | 5 << 32
    room[1] = table
    room[2] = UInt64(first)
    room[3] = UInt64(last)
    room[4] = value
    room[5] = stride
  }

  func appendCrash() { extend(by: 1).pointee = UInt64(crashRecordKind) }

  /// Whether both hold the same words.
  @inline(__always)
  func holds(_ other: UnsafeBufferPointer<UInt64>) -> Bool {
    storage.pointee.count == other.count
      && (other.isEmpty || memcmp(storage.pointee.words, other.baseAddress!, other.count * 8) == 0)
  }
}

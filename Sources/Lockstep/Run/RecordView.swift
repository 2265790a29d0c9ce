// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The records in a log's words, one after another.
struct RecordView: Sequence, IteratorProtocol {
  /// One record: its kind (`enum iopt_event`), and its words with the header.
  struct Record {
    let words: UnsafeBufferPointer<UInt64>
    var kind: UInt32 { UInt32(truncatingIfNeeded: words[0]) }
    var arguments: Slice<UnsafeBufferPointer<UInt64>> { words.dropFirst() }
  }

  private let words: UnsafeBufferPointer<UInt64>
  private var position = 0

  init(_ words: UnsafeBufferPointer<UInt64>) { self.words = words }

  init(_ log: UnsafeMutablePointer<iopt_log>) {
    self.init(
      UnsafeBufferPointer(start: log.pointee.words, count: Int(log.pointee.count)))
  }

  mutating func next() -> Record? {
    guard position < words.count else { return nil }
    // A count that runs past the end is a subject's fault; what is there is the record.
    let length = Swift.min(1 + Int(words[position] >> 32), words.count - position)
    defer { position += length }
    return Record(words: UnsafeBufferPointer(rebasing: words[position..<position + length]))
  }

  /// The words of all records but stores.
  var withoutStores: [UInt64] {
    var result: [UInt64] = []
    for record in self where record.kind != UInt32(IOPT_EVENT_STORE.rawValue) {
      result.append(contentsOf: record.words)
    }
    return result
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The words of one table, to be read. They are written through `DomainMemory` alone.
struct TableWords: Equatable {
  fileprivate let start: UnsafeMutablePointer<UInt64>

  @inline(__always)
  subscript(index: Int) -> UInt64 { start[index] }
}

/// The memory that a domain's tables are in. Nothing else writes their words, and every way to
/// write them ends in the log: stores are told of in the order in which hardware can see them, and
/// before anything else is logged.
struct DomainMemory: ~Copyable {
  private let host: UnsafeMutablePointer<iopt_host>
  fileprivate let log: UnsafeMutablePointer<iopt_log>
  private let arena: UnsafeMutableRawPointer

  init(host: UnsafeMutablePointer<iopt_host>) {
    self.host = host
    log = host.pointee.log
    arena = UnsafeMutableRawPointer(host.pointee.arena)
  }

  // MARK: Places

  @inline(__always)
  func words(at pa: UInt64) -> TableWords {
    TableWords(
      start: (arena + Int(truncatingIfNeeded: pa &- arenaBase)).assumingMemoryBound(
        to: UInt64.self))
  }

  /// The physical address of a table's item.
  @inline(__always)
  func address(of words: TableWords, _ index: Int = 0) -> UInt64 {
    UInt64(bitPattern: Int64(UnsafeMutableRawPointer(words.start + index) - arena)) &+ arenaBase
  }

  // MARK: Stores

  /// Writes the same to one word, or to `count`.
  @inline(__always)
  func store(_ value: UInt64, to words: TableWords, _ index: Int, count: Int = 1) {
    (words.start + index).update(repeating: value, count: count)
    if log.pointee.stores != 0 { self.log(value, words, index, count: count) }
  }

  /// Replaces a word that still holds `expected`; false when it does not.
  @inline(__always)
  func exchange(
    _ words: TableWords, _ index: Int, expected: UInt64, with value: UInt64, _ order: iopt_order
  ) -> Bool {
    if let service = host.pointee.compare_exchange {
      let found = service(
        host, IOPT_CELL_TABLE_WORD.rawValue, words.start + index, expected, value,
        order.rawValue)
      if found != expected { return false }
    } else {
      if words[index] != expected { return false }
      words.start[index] = value
    }
    if log.pointee.stores != 0 { self.log(value, words, index, count: 1) }
    return true
  }

  /// The one place that writes store records.
  @inline(__always)
  fileprivate func log(
    _ value: UInt64, _ words: TableWords, _ index: Int, count: Int, stride: UInt64 = 0
  ) {
    iopt_log_store(
      log, address(of: words, index), UInt64(truncatingIfNeeded: count), value, stride)
  }
}

/// Stores to words that lie one after the other. They are told of when the run ends at the latest;
/// nothing else may be logged meanwhile.
struct StoreRun: ~Copyable {
  private let state: UnsafeMutablePointer<DomainState>
  private let words: TableWords
  /// The first word that was not told of.
  private var first: Int
  /// One past the last word that was written.
  private(set) var end: Int

  /// Begins with the word at `index`.
  @inline(__always)
  init(_ state: UnsafeMutablePointer<DomainState>, in words: TableWords, from index: Int) {
    self.state = state
    self.words = words
    first = index
    end = index
  }

  @inline(__always)
  deinit {
    if state.pointee.memory.log.pointee.stores != 0 { logStretches() }
  }

  /// The word that comes next, as it is.
  @inline(__always) var next: UInt64 { words[end] }

  @inline(__always)
  mutating func append(_ value: UInt64) {
    words.start[end] = value
    end &+= 1
  }

  /// Writes the same to the next `count` words, and tells of them at once.
  @inline(__always)
  mutating func append(_ value: UInt64, count: Int) {
    (words.start + end).update(repeating: value, count: count)
    end &+= count
    if state.pointee.memory.log.pointee.stores != 0 { logSame(value, count: count) }
  }

  @inline(never)
  private mutating func logSame(_ value: UInt64, count: Int) {
    let start = end - count
    logStretches(to: start)
    state.pointee.memory.log(value, words, start, count: count)
    first = end
  }

  @inline(never)
  private func logStretches() { logStretches(to: end) }

  /// Tells of words that were written, as they are now: a record for each stretch of one stride.
  private func logStretches(to end: Int) {
    var start = first
    while start < end {
      var next = start + 1
      let stride = next < end ? words[next] &- words[start] : 0
      while next < end, words[next] &- words[next - 1] == stride { next += 1 }
      state.pointee.memory.log(
        words[start], words, start, count: next - start, stride: next - start > 1 ? stride : 0)
      start = next
    }
  }
}

/// Words that lie one after the other and are cleared. They are told of, in one record, when the run
/// ends; nothing else may be logged meanwhile.
struct ClearRun: ~Copyable {
  private let state: UnsafeMutablePointer<DomainState>
  private let words: TableWords
  private let first: Int
  /// One past the last word that was cleared.
  private(set) var end: Int

  /// Begins with the word at `index`.
  @inline(__always)
  init(_ state: UnsafeMutablePointer<DomainState>, in words: TableWords, from index: Int) {
    self.state = state
    self.words = words
    first = index
    end = index
  }

  @inline(__always)
  deinit {
    let end = min(end, TableShape.items)
    if state.pointee.memory.log.pointee.stores != 0, first < end {
      state.pointee.memory.log(0, words, first, count: end &- first)
    }
  }

  /// The word that comes next, as it is.
  @inline(__always) var next: UInt64 { words[end] }

  /// Clears the next 2^countLog2 words, as far as the table goes: a leaf of AMDv1 whose address has
  /// the encryption bit can claim more.
  @inline(__always)
  mutating func clear(countLog2: Int) {
    let start = words.start + end
    if countLog2 == 0 {
      start.pointee = 0
      end &+= 1
      return
    }
    let room = TableShape.items &- end
    end &+= 1 &<< countLog2
    if end > TableShape.items {
      start.update(repeating: 0, count: max(0, room))
    } else if countLog2 > 2 {
      Self.clear(start, countLog2: countLog2)
    } else {
      Self.clear(start, as: SIMD2<UInt64>.self)
      if countLog2 == 2 { Self.clear(start + 2, as: SIMD2<UInt64>.self) }
    }
  }

  @inline(never)
  private static func clear(_ words: UnsafeMutablePointer<UInt64>, countLog2: Int) {
    if countLog2 > 4 { return words.update(repeating: 0, count: 1 &<< countLog2) }
    // For a few words, the C library's way of clearing takes longer than they do.
    clear(words, as: SIMD8<UInt64>.self)
    if countLog2 == 4 { clear(words + 8, as: SIMD8<UInt64>.self) }
  }

  /// Clears as many words as the vector has.
  @inline(__always)
  private static func clear<Words: SIMD>(
    _ words: UnsafeMutablePointer<UInt64>, as type: Words.Type
  ) where Words.Scalar == UInt64 {
    UnsafeMutableRawPointer(words).storeBytes(of: Words(repeating: 0), as: type)
  }
}

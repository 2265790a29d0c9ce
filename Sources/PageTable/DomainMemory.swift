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
    if log.pointee.stores != 0 {
      iopt_log_store(log, address(of: words, index), UInt64(count), value, 0)
    }
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
    if log.pointee.stores != 0 { iopt_log_store(log, address(of: words, index), 1, value, 0) }
    return true
  }
}

/// Stores to words that lie one after the other. What was written is told of when the run ends, a
/// record for each stretch of one stride; nothing else may be logged meanwhile without `tell`.
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

  /// Writes the same to the next 2^countLog2 words.
  @inline(__always)
  mutating func append(_ value: UInt64, countLog2: Int) {
    if countLog2 == 0 { return append(value) }
    (words.start + end).update(repeating: value, count: 1 &<< countLog2)
    end &+= 1 &<< countLog2
  }

  /// Tells of what was written so far.
  mutating func tell() {
    if state.pointee.memory.log.pointee.stores != 0 { logStretches() }
    first = end
  }

  @inline(never)
  private func logStretches() {
    var start = first
    while start < end {
      var next = start + 1
      let stride = next < end ? words[next] &- words[start] : 0
      while next < end, words[next] &- words[next - 1] == stride { next += 1 }
      iopt_log_store(
        state.pointee.memory.log, state.pointee.memory.address(of: words, start),
        UInt64(next - start), words[start], next - start > 1 ? stride : 0)
      start = next
    }
  }
}

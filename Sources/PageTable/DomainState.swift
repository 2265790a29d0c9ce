// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The table that translation starts at.
struct TopTable: Equatable {
  var words: TableWords?
  var level: Int
}

/// Everything that a domain is; it stays where it is as long as the domain is open.
struct DomainState {
  let host: UnsafeMutablePointer<iopt_host>
  let log: UnsafeMutablePointer<iopt_log>
  let arena: UnsafeMutableRawPointer
  let revision: iopt_gather_revision
  /// The memory-encryption bit of the machine; 0 when there is none.
  let encryptionBit: UInt64
  /// What the tables use of it: 0 unless the feature is in force.
  var encryption: UInt64 = 0
  /// As initialisation reports them.
  var features: FeatureSet = []
  /// What the code that was compiled in goes by: forced features are always in force, and those
  /// that it does not support never.
  var effective: FeatureSet = []
  var top = TopTable(words: nil, level: 0)
  /// Widths of addresses in bits.
  var inputLog2: Int
  var outputLog2: Int
  var pageSizes: UInt64 = 0
  /// First and last byte (inclusive) that can be mapped at all.
  var aperture: (first: UInt64, last: UInt64) = (0, 0)
  var pages = PageRegistry()
  /// Set where the kernel's code would run away; what follows only has to come to an end.
  var hasCrashed = false

  init(host: UnsafeMutablePointer<iopt_host>, _ configuration: borrowing iopt_config) {
    self.host = host
    log = host.pointee.log
    arena = UnsafeMutableRawPointer(host.pointee.arena)
    revision = iopt_gather_revision(rawValue: configuration.gather)
    encryptionBit = configuration.sme_mask
    inputLog2 = Int(configuration.va_lg2)
    outputLog2 = Int(configuration.oa_lg2)
  }
}

/// A domain's memory and its driver: allocation, stores that are logged, invalidations.
struct DomainReference {
  let state: UnsafeMutablePointer<DomainState>

  @inline(__always) var log: UnsafeMutablePointer<iopt_log> { state.pointee.log }

  @inline(__always)
  func words(at pa: UInt64) -> TableWords {
    (state.pointee.arena + Int(truncatingIfNeeded: pa &- arenaBase))
      .assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always)
  func address(of words: TableWords) -> UInt64 {
    UInt64(bitPattern: Int64(UnsafeMutableRawPointer(words) - state.pointee.arena)) &+ arenaBase
  }

  func warn() { iopt_log0(log, IOPT_EVENT_WARN.rawValue) }

  // MARK: Stores

  @inline(__always)
  func store(_ value: UInt64, to words: TableWords, _ index: Int, count: Int = 1) {
    (words + index).update(repeating: value, count: count)
    logStore(value, to: words, index, count: count)
  }

  /// Tells of words that were written, when the log wants to know.
  @inline(__always)
  func logStore(_ value: UInt64, to words: TableWords, _ index: Int, count: Int) {
    if log.pointee.stores != 0 {
      iopt_log_store(log, address(of: words + index), UInt64(count), value, 0)
    }
  }

  /// Tells of words that were written one after the other, a record for each run of one stride.
  @inline(__always)
  func logStores(of words: TableWords, from first: Int, to end: Int) {
    if log.pointee.stores != 0 { logRuns(words, first, end) }
  }

  private func logRuns(_ words: TableWords, _ first: Int, _ end: Int) {
    var start = first
    while start < end {
      var next = start + 1
      let stride = next < end ? words[next] &- words[start] : 0
      while next < end, words[next] &- words[next - 1] == stride { next += 1 }
      iopt_log_store(
        log, address(of: words + start), UInt64(next - start), words[start],
        next - start > 1 ? stride : 0)
      start = next
    }
  }

  /// Replaces a word that still holds `expected`; false when it does not.
  @inline(__always)
  func exchange(
    _ words: TableWords, _ index: Int, expected: UInt64, with value: UInt64, _ order: iopt_order
  ) -> Bool {
    if let service = state.pointee.host.pointee.compare_exchange {
      let found = service(
        state.pointee.host, IOPT_CELL_TABLE_WORD.rawValue, words + index, expected, value,
        order.rawValue)
      if found != expected { return false }
    } else {
      if words[index] != expected { return false }
      words[index] = value
    }
    if log.pointee.stores != 0 { iopt_log_store(log, address(of: words + index), 1, value, 0) }
    return true
  }

  // MARK: Pages

  /// A zeroed table; its physical address, or 0.
  @inline(__always)
  func allocate(bytes: UInt64) -> UInt64 {
    let host = state.pointee.host
    let pa = host.pointee.alloc_table(host, bytes)
    if pa != 0 { state.pointee.pages.add(pa) }
    return pa
  }

  /// Gives a table back. It must have left incoherent handling.
  func free(_ pa: UInt64) {
    if state.pointee.pages.isIncoherent(pa) { warn() }
    let host = state.pointee.host
    host.pointee.free_table(host, pa)
  }

  /// Frees every table of the list, in order.
  @inline(__always)
  func free(_ list: TableList) {
    state.pointee.pages.forEach(list) { free($0) }
  }

  func startIncoherent(_ pa: UInt64) {
    iopt_log2(log, IOPT_EVENT_INCOHERENT.rawValue, pa, 1)
    state.pointee.pages.setIncoherent(pa, true)
  }

  func stopIncoherent(_ pa: UInt64) {
    guard state.pointee.pages.isIncoherent(pa) else { return }
    iopt_log2(log, IOPT_EVENT_INCOHERENT.rawValue, pa, 0)
    state.pointee.pages.setIncoherent(pa, false)
  }

  func stopIncoherent(_ list: TableList) {
    state.pointee.pages.forEach(list) { stopIncoherent($0) }
  }

  /// Writes cached words back to memory.
  @inline(__always)
  func clean(_ words: TableWords, from first: Int, to end: Int) {
    iopt_log2(
      log, IOPT_EVENT_CLEAN.rawValue, address(of: words + first),
      UInt64(bitPattern: Int64(end - first)) << UInt64(TableShape.wordLog2))
  }

  // MARK: The driver

  /// Invalidates what was gathered and frees its tables, when there is anything; the gather is
  /// empty and strict afterwards.
  @inline(__always)
  func sync(_ gather: inout Gather) {
    if gather.start < gather.last { driverSync(gather) }
    gather = Gather()
  }

  private func driverSync(_ gather: Gather) {
    let record = iopt_log_begin(log, IOPT_EVENT_SYNC.rawValue)
    iopt_log_word(log, gather.start)
    iopt_log_word(log, gather.last)
    logPages(gather.tables)
    iopt_log_end(log, record)
    free(gather.tables)
  }

  /// Appends the pages' addresses to the record that was begun.
  @inline(__always)
  func logPages(_ list: TableList) {
    state.pointee.pages.forEach(list) { iopt_log_word(log, $0) }
  }

  func yield(_ point: iopt_point) {
    if let service = state.pointee.host.pointee.yield {
      service(state.pointee.host, point.rawValue)
    }
  }
}

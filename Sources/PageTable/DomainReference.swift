// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A domain's pages and its driver: allocation, incoherent handling, invalidations.
struct DomainReference {
  let state: UnsafeMutablePointer<DomainState>

  @inline(__always) var log: UnsafeMutablePointer<iopt_log> { state.pointee.log }

  func warn() { iopt_log0(log, IOPT_EVENT_WARN.rawValue) }

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
      log, IOPT_EVENT_CLEAN.rawValue, state.pointee.memory.address(of: words, first),
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
    logLevels(gather)
    let record = iopt_log_begin(log, IOPT_EVENT_SYNC.rawValue)
    iopt_log_word(log, gather.start)
    iopt_log_word(log, gather.last)
    logPages(gather.tables)
    iopt_log_end(log, record)
    free(gather.tables)
  }

  /// Says in front of a record of the gather which levels are in it.
  @inline(__always)
  func logLevels(_ gather: Gather) {
    guard state.pointee.effective.contains(.detailedGather) else { return }
    iopt_log2(
      log, IOPT_EVENT_LEVELS.rawValue, UInt64(gather.levels.leaves), UInt64(gather.levels.tables))
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

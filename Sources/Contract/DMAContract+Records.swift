// SPDX-License-Identifier: GPL-2.0-only
import Log

extension DMAContract {
  /// Takes one record in. `words` starts with the record's header.
  mutating func note(_ record: Record) -> DMABreach? {
    switch record.kind {
    case .iovaAlloc: return IOVARecord(record, .iovaAlloc).flatMap { handedOut($0) }
    case .iovaFree: return IOVARecord(record, .iovaFree).flatMap { freed($0) }
    case .queue: return QueueRecord(record).flatMap { queued($0, record.pages) }
    case .free: return FreeRecord(record).flatMap { tableFreed($0.pa) }
    case .flushAll:
      lastFlush = moment
      operation.invalidated.insert(0, .max)
    case .sync:
      if let sync = SyncRecord(record) { operation.invalidated.insert(sync.start, sync.last) }
    case .result: operation.result = ResultRecord(record)?.value
    case .skip: operation.wasSkipped = true
    default: break
    }
    return nil
  }

  private mutating func handedOut(_ record: IOVARecord) -> DMABreach? {
    let (first, length) = (record.iova, record.length)
    let last = first &+ (length &- 1)
    guard first != 0, length != 0, last >= first, last <= lastInSpace,
      last <= reach || isBeyondReach(length)
    else { return .outOfReach(iova: first, length: length) }
    if last > reach { departures.insert(.cachedBeyondTheLimit) }
    if let entry = ledger.overlapping(first, last) {
      switch entry.holder {
      case .operation, .nobody: return .handedOutTwice(iova: first, length: length)
      case .buffer(let handle): return .shared(iova: first, length: length, handle: handle)
      case .queue: return .handedOutWhileQueued(iova: first, length: length)
      }
    }
    if reserved.overlaps(first, last) { return .handedOutReserved(iova: first, length: length) }
    ledger.insert(DMALedger.Entry(first: first, last: last, holder: .operation))
    // The allocator may have rounded the size up to a power of two.
    let shift = UInt64(64 - ((length / granule) &- 1).leadingZeroBitCount)
    touched.insert(first, max(last, first &+ ((granule << shift) &- 1)))
    operation.taken = (first, last)
    return nil
  }

  /// The last byte that the operation's device reaches, with all of its granule: the allocator counts
  /// in those.
  private var reach: UInt64 {
    (operation.limit.map { min($0, lastInSpace) } ?? lastAddress) | (granule - 1)
  }

  /// Whether a length, which the caches round up to a power of two, has no room below the device's
  /// mask.
  private func isBeyondReach(_ length: UInt64) -> Bool {
    let order = 64 - ((length / granule) &- 1).leadingZeroBitCount
    return order <= 5 && reach / granule + 1 < 1 << UInt64(order)
  }

  private mutating func freed(_ record: IOVARecord) -> DMABreach? {
    let (first, length) = (record.iova, record.length)
    let last = first &+ (length &- 1)
    guard let index = ledger.index(of: first, last) else {
      return destroyedByLength(first, or: .notHeld(iova: first, length: length))
    }
    switch ledger.entries[index].holder {
    case .operation: operation.taken = nil
    case .nobody: return .notHeld(iova: first, length: length)
    case .queue(let moment, _):
      if moment > lastFlush { return .freedBeforeFlush(iova: first, length: length) }
    case .buffer(let handle):
      guard handle == operation.unmapped else {
        return .freedWhileMapped(iova: first, length: length)
      }
      operation.freed = (first, last, operation.invalidated.contains(first, last))
    }
    ledger.remove(at: index)
    return nil
  }

  private mutating func queued(
    _ record: QueueRecord, _ pages: Slice<UnsafeBufferPointer<UInt64>>
  ) -> DMABreach? {
    let (first, length) = (record.iova, record.length)
    guard let index = ledger.index(of: first, first &+ (length &- 1)),
      let handle = operation.unmapped, ledger.entries[index].holder == .buffer(handle: handle)
    else { return destroyedByLength(first, or: .notHeld(iova: first, length: length)) }
    operation.wasQueued = true
    for pa in pages { noteQueuedTable(pa) }
    ledger.setHolder(.queue(moment: moment, deadline: deadline()), at: index)
    return nil
  }

  /// When an IOVA that is queued now should be back.
  private mutating func deadline() -> UInt64 {
    guard let now else { return .max }
    let (deadline, wraps) = now.addingReportingOverflow(timeout)
    if wraps { departures.insert(.timeWrapped) }
    return wraps ? .max : deadline
  }

  private mutating func noteQueuedTable(_ pa: UInt64) {
    guard let slot = ArenaLayout.slot(of: pa) else { return }
    while tableQueued.count <= slot { tableQueued.append(0) }
    tableQueued[slot] = moment
  }

  private func tableFreed(_ pa: UInt64) -> DMABreach? {
    guard let slot = ArenaLayout.slot(of: pa), slot < tableQueued.count,
      tableQueued[slot] > lastFlush
    else {
      return nil
    }
    return .tableFreedBeforeFlush(pa: pa)
  }
}

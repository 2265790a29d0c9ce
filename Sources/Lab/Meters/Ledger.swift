// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import Lockstep
import Log
import ScenarioLanguage
import SubjectABI

/// Reads what a subject logs, one record after another, and counts. What it keeps does not grow with the
/// operations, only with what is mapped at a time.
final class Ledger {
  /// What was counted; ``finish()`` completes it.
  private(set) var counts = LabCounts()
  private let live: LiveTables
  private let driver: any Driver
  private let commands = CommandList()
  /// N of `tables-wanted-again`.
  private let again: UInt64
  private var kind: UInt32 = 0
  /// The last address that the table can translate.
  private var lastAddress = UInt64.max
  private var now: UInt64 = 0
  private var levels: LevelsRecord?
  private var tableBytes: UInt64 = 0
  /// When a table went, by its level and IOVA.
  private var unlinkedAt: [UInt64: UInt64] = [:]
  /// So many are too many to keep those that went too long ago.
  private var pruneAt = leastPruned
  private static let leastPruned = 4096
  /// Ranges that queues hold, by their IOVA: bytes, and since when.
  private var held: [UInt64: (length: UInt64, since: UInt64)] = [:]
  private var heldBytes: UInt64 = 0
  /// Tables that queues hold: a bit a slot.
  private let waits: UnsafeMutablePointer<Bool>
  private var waitingTables: UInt64 = 0
  /// Ranges that no flush has reached: how many, their bytes, these times when they were queued, and the
  /// first such time.
  private var open = (ranges: UInt64(0), bytes: UInt64(0), byteTimes: UInt64(0), since: UInt64(0))

  /// Counts behind a driver.
  init(_ domain: DomainConfiguration, _ driver: any Driver, again: UInt64) {
    live = LiveTables(domain)
    self.driver = driver
    self.again = again
    waits = .allocate(capacity: ArenaLayout.slotCount)
    waits.initialize(repeating: false, count: ArenaLayout.slotCount)
    live.onLink = { [unowned self] level, iova in noteLinked(level, iova) }
    live.onUnlink = { [unowned self] level, iova in noteUnlinked(level, iova) }
  }

  deinit { waits.deallocate() }

  /// Takes in the log of the domain's opening; what stood there is not counted.
  func begin(_ info: InfoRecord, _ log: RecordView) {
    take(log)
    live.begin(info, Features(rawValue: info.features), cachesAbsence: driver.cachesAbsence)
    lastAddress = info.last
    let peak = counts.tableBytesPeak
    counts = LabCounts()
    counts.tableBytesPeak = peak
  }

  /// Takes in what one operation logged.
  func take(_ operation: UnsafePointer<iopt_op>, _ log: RecordView) {
    kind = operation.pointee.kind
    counts.operations &+= 1
    commands.removeAll()
    let start = now
    take(log)
    if kind == IOPT_OP_TICK.rawValue { now = start &+ operation.pointee.len }
    note(operation)
  }

  private func take(_ log: RecordView) {
    var log = log
    while true {
      // A list of scattered pages is thousands of these.
      log.skip(live.takeSmallLeaves(log.rest))
      guard let record = log.next() else { return }
      take(record)
    }
  }

  /// The run is over: windows that are open end now.
  func finish() -> LabCounts {
    closeWindow()
    counts.time = now
    counts.hardware.bytesChanged = live.bytesChanged
    return counts
  }

  private func note(_ operation: UnsafePointer<iopt_op>) {
    switch RowPhase(ofOperation: kind) {
    case .map: counts.maps &+= 1
    case .unmap: counts.unmaps &+= 1
    default: break
    }
  }

  private func take(_ record: Record) {
    guard let kind = record.kind, record.has(kind) else { return }
    switch kind {
    case .store:
      live.noteStore(
        pa: record.argument(0), count: record.argument(1), value: record.argument(2),
        stride: record.argument(3))
    case .alloc: noteAllocated(record.argument(0), record.argument(1))
    case .free: noteFreed(record.argument(0))
    case .clean: counts.hardware.writeBacks &+= 1
    case .top:
      let level = Int(truncatingIfNeeded: record.argument(1))
      live.noteTop(pa: record.argument(0), level: level)
      call(.changeTop(pa: record.argument(0), level: level))
    case .levels: levels = LevelsRecord(record)
    case .sync:
      let gathered = Gathered(
        first: record.argument(0), last: record.argument(1),
        leafLevels: UInt8(truncatingIfNeeded: levels?.leaves ?? 0),
        tableLevels: UInt8(truncatingIfNeeded: levels?.tables ?? 0),
        freesTables: !record.pages.isEmpty)
      levels = nil
      call(.sync(gathered))
    case .gather: levels = nil
    case .flushAll:
      call(.flushAll)
      noteFlush()
    case .syncMap: call(.syncMap(first: record.argument(0), length: record.argument(1)))
    case .iovaFree: noteGivenBack(record.argument(0))
    case .noIOVA, .allocFail: counts.failures &+= 1
    case .queue: noteQueued(record)
    case .timerFire: now = record.argument(0)
    default: break
    }
  }

  // MARK: The driver

  /// The driver sends its commands, and waits for them.
  private func call(_ call: DriverCall) {
    let first = commands.commands.count
    driver.send(call, to: commands)
    let sent = commands.commands[first...]
    guard !sent.isEmpty else { return }
    counts.hardware.waits &+= 1
    live.beginWait()
    for command in sent {
      counts.hardware.commands &+= command.count
      let reach = driver.reach(of: command)
      if !reach.isDeviceTLB { noteNamed(command, reach) }
      let traps = driver.traps(of: command)
      if traps > 0 {
        counts.hardware.traps &+= traps
        let entries = isWhole(reach) ? nil : driver.rereads(of: command)
        counts.hardware.rereads &+= entries ?? live.leaves
      }
      let lost = live.losses(reach)
      counts.hardware.leavesLost &+= lost.leaves &- justMapped(call, reach)
      counts.hardware.pointersLost &+= lost.pointers
    }
  }

  /// Translations that a command after a map names because they are new: as absent they had to go.
  private func justMapped(_ call: DriverCall, _ reach: Reach) -> UInt64 {
    guard case .syncMap(let first, let length) = call, length > 0, !reach.isDeviceTLB else {
      return 0
    }
    var mapped = reach
    if reach.isEverything { mapped = Reach(first, first &+ (length - 1)) }
    mapped.pointers = .none
    mapped.first = max(mapped.first, first)
    mapped.last = min(mapped.last, first &+ (length - 1))
    return mapped.first <= mapped.last ? live.losses(mapped).leaves : 0
  }

  /// Whether a command says all that the table can translate: by a name for that, or as a range.
  private func isWhole(_ reach: Reach) -> Bool {
    reach.isEverything
      || reach.leaves == .touching && reach.first == 0 && reach.last >= lastAddress
  }

  private func noteNamed(_ command: Command, _ reach: Reach) {
    var bytes: UInt64 = 0
    if isWhole(reach) {
      counts.hardware.wholeInvalidations &+= 1
    } else if reach.leaves == .holdingAddress {
      let (product, overflow) = max(reach.stride, 4096).multipliedReportingOverflow(
        by: command.count)
      bytes = overflow ? .max : product
    } else if reach.leaves != .none {
      let (length, overflow) = (reach.last &- reach.first).addingReportingOverflow(1)
      bytes = overflow ? .max : length
    }
    let (sum, overflow) = counts.hardware.bytesInvalidated.addingReportingOverflow(bytes)
    counts.hardware.bytesInvalidated = overflow ? .max : sum
  }

  // MARK: Tables

  private func noteAllocated(_ pa: UInt64, _ size: UInt64) {
    live.noteAllocated(pa: pa, size: size)
    counts.tablesAllocated &+= 1
    tableBytes += size
    counts.tableBytesPeak = max(counts.tableBytesPeak, tableBytes)
  }

  private func noteFreed(_ pa: UInt64) {
    guard let slot = ArenaLayout.slot(of: pa) else { return }
    counts.tablesFreed &+= 1
    tableBytes &-= UInt64(live.tables[slot].words) * 8
    if waits[slot] {
      waits[slot] = false
      waitingTables -= 1
    }
  }

  private func noteUnlinked(_ level: Int, _ iova: UInt64) {
    unlinkedAt[iova & ~0xfff | UInt64(level)] = counts.operations
    guard unlinkedAt.count >= pruneAt else { return }
    unlinkedAt = unlinkedAt.filter { counts.operations - $0.value <= again }
    pruneAt = max(Self.leastPruned, unlinkedAt.count * 2)
  }

  private func noteLinked(_ level: Int, _ iova: UInt64) {
    let key = iova & ~0xfff | UInt64(level)
    guard let index = unlinkedAt.index(forKey: key) else { return }
    if counts.operations - unlinkedAt.values[index] <= again { counts.tablesWantedAgain &+= 1 }
    unlinkedAt.remove(at: index)
  }

  // MARK: Queues

  private func noteQueued(_ record: Record) {
    let length = record.argument(2)
    counts.queued &+= 1
    held[record.argument(1)] = (length, now)
    heldBytes += length
    counts.heldBytesPeak = max(counts.heldBytesPeak, heldBytes)
    for page in record.pages {
      guard let slot = ArenaLayout.slot(of: page), !waits[slot] else { continue }
      waits[slot] = true
      waitingTables += 1
    }
    counts.tableBytesQueuedPeak = max(counts.tableBytesQueuedPeak, waitingTables * 4096)
    if open.ranges == 0 { open.since = now }
    open.ranges += 1
    open.bytes &+= length
    open.byteTimes &+= length &* now
    counts.hardware.window.ranges &+= 1
    counts.hardware.window.bytes &+= length
  }

  private func noteGivenBack(_ iova: UInt64) {
    guard let index = held.index(forKey: iova) else { return }
    let range = held.values[index]
    heldBytes -= range.length
    counts.heldLongest = max(counts.heldLongest, now &- range.since)
    held.remove(at: index)
  }

  private func noteFlush() {
    counts.flushes &+= 1
    if kind != IOPT_OP_TICK.rawValue, open.ranges > 0 { counts.overflows &+= 1 }
    counts.largestFlush = max(counts.largestFlush, open.ranges)
    closeWindow()
  }

  private func closeWindow() {
    if open.ranges > 0 {
      counts.hardware.window.byteMilliseconds &+= open.bytes &* now &- open.byteTimes
      counts.hardware.window.longest = max(counts.hardware.window.longest, now &- open.since)
    }
    open = (0, 0, 0, 0)
  }
}

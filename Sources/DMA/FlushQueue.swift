// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

/// What virtual CPUs share of a flush queue.
struct FlushCells: ~Copyable {
  private let words: UnsafeMutablePointer<UInt64>

  init() {
    words = .allocate(capacity: 4)
    words.initialize(repeating: 0, count: 4)
  }

  deinit { words.deallocate() }

  /// 1 once the queue is in force, else 0.
  var domain: SharedCell { SharedCell(cell: IOPT_CELL_FQ_DOMAIN, address: words) }
  /// Flushes of the IOTLB that were started, and finished.
  var started: SharedCell { SharedCell(cell: IOPT_CELL_FLUSH_START_COUNT, address: words + 1) }
  var finished: SharedCell { SharedCell(cell: IOPT_CELL_FLUSH_FINISH_COUNT, address: words + 2) }
  /// 1 while the flush timer is armed.
  var timerOn: SharedCell { SharedCell(cell: IOPT_CELL_TIMER_ON, address: words + 3) }
}

/// The flush queue's rings: one for each CPU, or a single one. They exist once the queue was started.
struct FlushRings: ~Copyable {
  let count: Int
  private let size: UInt32
  private var rings: UnsafeMutablePointer<FlushRing>?

  init(kind: iopt_queue_kind, cpus: Int, size: UInt32) {
    count = kind == IOPT_QUEUE_SINGLE ? 1 : cpus
    self.size = size
  }

  deinit {
    rings?.deinitialize(count: count)
    rings?.deallocate()
  }

  mutating func allocate() {
    let made = UnsafeMutablePointer<FlushRing>.allocate(capacity: count)
    for index in 0..<count { (made + index).initialize(to: FlushRing(size: size)) }
    rings = made
  }

  /// The ring that a CPU uses.
  func index(cpu: Int) -> Int { count == 1 ? 0 : cpu }

  /// Only once `allocate` was called.
  subscript(index: Int) -> UnsafeMutablePointer<FlushRing> { rings! + index }
}

extension DMALayer {
  /// Whether unmapped ranges wait for a flush of the whole IOTLB, as read by an unmap.
  func readsQueueInForce() -> Bool {
    services.yield(IOPT_POINT_FQ_DOMAIN_READ)
    return cells.domain.load(IOPT_RELAXED, services) != 0
  }

  /// Puts a flush queue in force (`iommu_dma_init_fq()`). False when its allocation fails; the
  /// domain then stays strict. Does nothing when there is a queue already.
  func startQueue() -> Bool {
    if cells.domain.unsharedValue != 0 { return true }
    cells.started.store(0, IOPT_RELAXED, services)
    cells.finished.store(0, IOPT_RELAXED, services)
    if !services.mayAllocateQueue() { return false }
    rings.pointee.allocate()
    cells.timerOn.store(0, IOPT_RELAXED, services)
    services.yield(IOPT_POINT_FQ_DOMAIN_PUBLISH)
    cells.domain.store(1, IOPT_RELEASE, services)
    return true
  }

  /// Puts an unmapped range and the tables that went with it on the CPU's ring (`queue_iova()`).
  func enqueue(frame: UInt64, count: UInt64, tables: TableList, cpu: Int) {
    let index = rings.pointee.index(cpu: cpu)
    lockRing(index)
    freeFlushed(index, cpu: cpu)
    let ring = rings.pointee[index]
    if ring.pointee.isFull {
      flush()
      freeFlushed(index, cpu: cpu)
    }
    let counter = cells.started.load(IOPT_RELAXED, services)
    ring.pointee.append(
      FlushEntry(frame: frame, count: count, tables: tables, counter: counter))
    logQueued(index, frame: frame, count: count, counter: counter, tables: tables)
    unlockRing(index)
    armTimer()
  }

  /// What the flush timer does when it fires: flush, then free what waited on every ring.
  func timerFired(due: UInt64) {
    iopt_log1(services.log, IOPT_EVENT_TIMER_FIRE.rawValue, due)
    cells.timerOn.store(0, IOPT_RELAXED, services)
    flush()
    for index in 0..<rings.pointee.count {
      lockRing(index)
      freeFlushed(index, cpu: 0)
      unlockRing(index)
    }
  }

  /// Gives the tables of all entries that still wait back to the host, as teardown does. Their IOVAs
  /// go with the allocator.
  public func freeQueuedTables() {
    if cells.domain.unsharedValue == 0 { return }
    timer.pointee.cancelFlush()
    for index in 0..<rings.pointee.count {
      let ring = rings.pointee[index]
      while let entry = ring.pointee.first {
        ring.pointee.removeFirst()
        pages.free(entry.tables)
      }
    }
  }

  private func flush() {
    services.yield(IOPT_POINT_FLUSH_START)
    cells.started.increment(services)
    services.yield(IOPT_POINT_FLUSH_IOTLB)
    pages.flushAll()
    services.yield(IOPT_POINT_FLUSH_FINISH)
    cells.finished.increment(services)
  }

  /// Frees a ring's entries that are older than the last flush that has finished. The caller holds
  /// the ring's lock and runs on `cpu`.
  private func freeFlushed(_ index: Int, cpu: Int) {
    let finished = cells.finished.load(IOPT_RELAXED, services)
    let ring = rings.pointee[index]
    while let entry = ring.pointee.first, entry.counter < finished {
      pages.free(entry.tables)
      giveBack(frame: entry.frame, count: entry.count, cpu: cpu)
      ring.pointee.removeFirst()
    }
  }

  private func armTimer() {
    services.yield(IOPT_POINT_TIMER_TEST)
    if cells.timerOn.load(IOPT_RELAXED, services) != 0 { return }
    services.yield(IOPT_POINT_TIMER_SET)
    if !cells.timerOn.replace(0, with: 1, IOPT_ACQ_REL, services) { return }
    let due = timer.pointee.armFlush(after: configuration.timeout)
    iopt_log1(services.log, IOPT_EVENT_TIMER_ON.rawValue, due)
  }

  private func lockRing(_ index: Int) {
    services.yield(IOPT_POINT_FQ_LOCK)
    services.lock(IOPT_LOCK_FQ, UInt32(index))
  }

  private func unlockRing(_ index: Int) {
    services.unlock(IOPT_LOCK_FQ, UInt32(index))
    services.yield(IOPT_POINT_FQ_UNLOCK)
  }

  private func logQueued(
    _ index: Int, frame: UInt64, count: UInt64, counter: UInt64, tables: TableList
  ) {
    let log = services.log
    let begun = iopt_log_begin(log, IOPT_EVENT_QUEUE.rawValue)
    iopt_log_word(log, UInt64(index))
    iopt_log_word(log, frame << granuleLog2)
    iopt_log_word(log, count << granuleLog2)
    iopt_log_word(log, counter)
    pages.logPages(tables)
    iopt_log_end(log, begun)
  }
}

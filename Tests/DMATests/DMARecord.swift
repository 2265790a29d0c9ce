// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// What the tests ask of the log: the DMA layer's own records, the driver's invalidations, tables
/// that were freed, and what a listening host heard.
enum DMARecord: Equatable {
  case allocated(UInt64, UInt64)
  case noIOVA(UInt64)
  case freed(UInt64)
  case queued(ring: UInt64, counter: UInt64)
  case armed(UInt64)
  case fired(UInt64)
  case depotWork(UInt64)
  case flushed
  case synced
  case tableFreed
  case top
  case warned
  case skipped
  case returned(UInt64)
  case point(Point)
  case lock(Lock, UInt64)
  case unlock(Lock, UInt64)
  case load(Cell)
  case store(Cell, order: UInt64)
  case exchange(Cell, order: UInt64)

  /// `enum iopt_point`
  enum Point: UInt64 {
    case fqDomainRead = 1
    case fqDomainPublish = 2
    case fqLock = 3
    case fqUnlock = 4
    case flushStart = 5
    case flushIOTLB = 6
    case flushFinish = 7
    case timerTest = 8
    case timerSet = 9
    case iovaHandover = 10
    case tableInstall = 11
    case topChange = 12
    case strictSync = 13
  }

  /// `enum iopt_lock`
  enum Lock: UInt64 {
    case fq = 1
    case top = 2
    case iovaTree = 3
    case iovaCPU = 4
    case iovaDepot = 5
  }

  /// `enum iopt_cell`
  enum Cell: UInt64 {
    case fqDomain = 1
    case flushStartCount = 2
    case flushFinishCount = 3
    case timerOn = 4
    case tableWord = 5
    case topOfTable = 6
  }

  // Kinds that the listening host adds, far from the ABI's.
  static let pointKind: UInt32 = 1000
  static let lockKind: UInt32 = 1001
  static let unlockKind: UInt32 = 1002
  static let loadKind: UInt32 = 1003
  static let storeKind: UInt32 = 1004
  static let exchangeKind: UInt32 = 1005

  /// Nil for a record that no test asks for.
  init?(_ kind: UInt32, _ arguments: UnsafeBufferPointer<UInt64>) {
    switch kind {
    case Self.pointKind: self = .point(Point(rawValue: arguments[0])!)
    case Self.lockKind: self = .lock(Lock(rawValue: arguments[0])!, arguments[1])
    case Self.unlockKind: self = .unlock(Lock(rawValue: arguments[0])!, arguments[1])
    case Self.loadKind: self = .load(Cell(rawValue: arguments[0])!)
    case Self.storeKind: self = .store(Cell(rawValue: arguments[0])!, order: arguments[1])
    case Self.exchangeKind: self = .exchange(Cell(rawValue: arguments[0])!, order: arguments[1])
    default: self.init(iopt_event(rawValue: kind), arguments)
    }
  }

  private init?(_ kind: iopt_event, _ arguments: UnsafeBufferPointer<UInt64>) {
    switch kind {
    case IOPT_EVENT_IOVA_ALLOC: self = .allocated(arguments[0], arguments[1])
    case IOPT_EVENT_IOVA_NONE: self = .noIOVA(arguments[0])
    case IOPT_EVENT_IOVA_FREE: self = .freed(arguments[0])
    case IOPT_EVENT_QUEUE: self = .queued(ring: arguments[0], counter: arguments[3])
    case IOPT_EVENT_TIMER_ON: self = .armed(arguments[0])
    case IOPT_EVENT_TIMER_FIRE: self = .fired(arguments[0])
    case IOPT_EVENT_DEPOT_WORK: self = .depotWork(arguments[0])
    case IOPT_EVENT_FLUSH_ALL: self = .flushed
    case IOPT_EVENT_SYNC: self = .synced
    case IOPT_EVENT_FREE: self = .tableFreed
    case IOPT_EVENT_TOP: self = .top
    case IOPT_EVENT_WARN: self = .warned
    case IOPT_EVENT_SKIP: self = .skipped
    case IOPT_EVENT_RET: self = .returned(arguments[0])
    default: return nil
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Log
import SubjectABI

/// What stands behind the services of one subject: its arena and the failures that were armed.
struct HostState: ~Copyable {
  var arena = Arena()
  /// The Nth allocation from now fails; 0 when disarmed.
  var allocationsToFailure: UInt64 = 0
  var failNextQueue = false
  /// Records that the host itself wrote into the log at hand.
  var recordsWritten = 0
  /// What is written down where the host listens; it stays from one scenario to the next.
  var hearing = Hearing()
  /// What the subject said of the records of the request at hand.
  var notes = HostNotes()
  /// The first way in which the subject broke the ABI by a call; ``misuse`` has all ways.
  private(set) var brokenRule: Misuse?

  mutating func note(_ misuse: Misuse) {
    if brokenRule == nil { brokenRule = misuse }
  }

  /// Whether the subject broke the ABI by what it called or touched.
  @inline(__always)
  var isMisused: Bool { brokenRule != nil || arena.isTouched }

  /// How; reported as a verdict of its own.
  var misuse: Misuse? { brokenRule ?? arena.touch.map(Misuse.trespass) }

  /// Back to the beginning.
  mutating func reset(isCleared: Bool) {
    arena.reset(isCleared: isCleared)
    allocationsToFailure = 0
    failNextQueue = false
    brokenRule = nil
    notes.forget()
  }
}

/// What a subject's host pointer points at. The services come first, so that a service finds the
/// rest from the pointer that the subject hands back.
struct HostBlock {
  var services = iopt_host()
  var log = iopt_log()
  var state: UnsafeMutablePointer<HostState>
  /// What the services were when they were offered: the subject has no business in changing them.
  var offered = iopt_host()
  /// The same of the log, its count left out.
  var offeredLog = iopt_log()
}

/// Owns the services of one subject, at an address that does not change.
public struct Host: ~Copyable {
  private let block: UnsafeMutablePointer<HostBlock>
  let state: UnsafeMutablePointer<HostState>
  let log: UnsafeMutablePointer<iopt_log>

  /// Table memory and services of their own, nothing armed.
  public init() {
    state = .allocate(capacity: 1)
    state.initialize(to: HostState())
    block = .allocate(capacity: 1)
    block.initialize(to: HostBlock(state: state))
    log = (UnsafeMutableRawPointer(block) + MemoryLayout<HostBlock>.offset(of: \.log)!)
      .assumingMemoryBound(to: iopt_log.self)
    precondition(MemoryLayout<HostBlock>.offset(of: \.services) == 0)
    let capacity = 4096
    log.pointee.words = .allocate(capacity: capacity)
    log.pointee.capacity = UInt64(capacity)
    log.pointee.grow = growLog
    log.pointee.size = UInt32(MemoryLayout<iopt_log>.size)
    services.pointee.size = UInt32(MemoryLayout<iopt_host>.size)
    services.pointee.abi_version = UInt32(IOPT_ABI_VERSION)
    services.pointee.arena = state.pointee.arena.memory.assumingMemoryBound(to: UInt8.self)
    services.pointee.log = log
    services.pointee.alloc_table = allocateTable
    services.pointee.free_table = freeTable
    services.pointee.alloc_queue = allocateQueue
    services.pointee.note = keepNote
    keepOffer()
  }

  deinit {
    restore()
    log.pointee.words.deallocate()
    block.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  var services: UnsafeMutablePointer<iopt_host> {
    UnsafeMutableRawPointer(block).assumingMemoryBound(to: iopt_host.self)
  }

  /// Whether the subject is asked to log its stores.
  var logsStores: Bool {
    get { log.pointee.stores != 0 }
    nonmutating set {
      log.pointee.stores = newValue ? 1 : 0
      block.pointee.offeredLog.stores = log.pointee.stores
    }
  }

  /// How closely the subject is watched. Changed between scenarios only.
  var scrutiny: Arena.Scrutiny {
    get { state.pointee.arena.scrutiny }
    nonmutating set { state.pointee.arena.scrutiny = newValue }
  }

  /// Makes ready for the next scenario. `isCleared`: the tables are zero already.
  func reset(isCleared: Bool) {
    if isChanged { restore() }
    state.pointee.reset(isCleared: isCleared)
    log.pointee.count = 0
  }
}

extension Host {
  /// What stands there now is what the subject is offered.
  func keepOffer() {
    memcpy(&block.pointee.offered, services, MemoryLayout<iopt_host>.size)
    block.pointee.offeredLog = log.pointee
  }

  /// Notes it when the subject wrote over what it is offered.
  func noteChanges() { if isChanged { state.pointee.note(.hostChanged) } }

  private var isChanged: Bool {
    let (told, offered) = (log.pointee, block.pointee.offeredLog)
    return told.words != offered.words || told.capacity != offered.capacity
      || told.stores != offered.stores || told.size != offered.size
      || !isSame(told.grow, offered.grow)
      || memcmp(&block.pointee.offered, services, MemoryLayout<iopt_host>.size) != 0
  }

  private typealias Grow = @convention(c) (UnsafeMutablePointer<iopt_log>?, UInt64) -> Void

  private func isSame(_ one: Grow?, _ other: Grow?) -> Bool {
    unsafeBitCast(one, to: UInt.self) == unsafeBitCast(other, to: UInt.self)
  }

  private func restore() {
    memcpy(services, &block.pointee.offered, MemoryLayout<iopt_host>.size)
    log.pointee = block.pointee.offeredLog
    log.pointee.count = 0
  }
}

func hostState(_ host: UnsafeMutablePointer<iopt_host>?)
  -> UnsafeMutablePointer<HostState>
{
  UnsafeMutableRawPointer(host!).assumingMemoryBound(to: HostBlock.self).pointee.state
}

/// What the records of one operation may take, words: 2 GiB. The largest that there can be tells each
/// word of each table apart.
private let mostWords: UInt64 = 1 << 28

private let growLog: @convention(c) (UnsafeMutablePointer<iopt_log>?, UInt64) -> Void = {
  log, more in
  let log = log!
  let block = (UnsafeMutableRawPointer(log) - MemoryLayout<HostBlock>.offset(of: \.log)!)
    .assumingMemoryBound(to: HostBlock.self)
  if log.pointee.count >= mostWords {
    block.pointee.state.pointee.note(.endlessLog(words: mostWords))
    log.pointee.count = 0
    return
  }
  let capacity = max(log.pointee.capacity * 2, log.pointee.count + more)
  let words = UnsafeMutablePointer<UInt64>.allocate(capacity: Int(capacity))
  words.initialize(from: log.pointee.words, count: Int(log.pointee.count))
  log.pointee.words.deallocate()
  log.pointee.words = words
  log.pointee.capacity = capacity
  block.pointee.offeredLog.words = words
  block.pointee.offeredLog.capacity = capacity
}

private let allocateTable: @convention(c) (UnsafeMutablePointer<iopt_host>?, UInt64) -> UInt64 = {
  host, bytes in
  let state = hostState(host)
  let log = host!.pointee.log
  state.pointee.recordsWritten += 1
  guard bytes > 0 else {
    state.pointee.note(.allocatedNothing)
    iopt_log0(log, IOPT_EVENT_ALLOC_FAIL.rawValue)
    return 0
  }
  guard bytes <= Arena.largestTable else {
    iopt_log0(log, IOPT_EVENT_WARN.rawValue)
    iopt_log0(log, IOPT_EVENT_ALLOC_FAIL.rawValue)
    return 0
  }
  if state.pointee.allocationsToFailure > 0 {
    state.pointee.allocationsToFailure -= 1
    if state.pointee.allocationsToFailure == 0 {
      iopt_log0(log, IOPT_EVENT_ALLOC_FAIL.rawValue)
      return 0
    }
  }
  let size = max(UInt64(Arena.slotSize), bytes.roundedUpToPowerOfTwo)
  guard let pa = state.pointee.arena.allocate(bytes: size) else {
    iopt_log0(log, IOPT_EVENT_ALLOC_FAIL.rawValue)
    return 0
  }
  iopt_log2(log, IOPT_EVENT_ALLOC.rawValue, pa, size)
  return pa
}

private let freeTable: @convention(c) (UnsafeMutablePointer<iopt_host>?, UInt64) -> Void = {
  host, pa in
  let state = hostState(host)
  if !state.pointee.arena.free(pa: pa) {
    let isFreed = state.pointee.arena.slot(of: pa).map { state.pointee.arena.states[$0] == .freed }
    state.pointee.note(isFreed == true ? .freedTwice(pa: pa) : .freedUnallocated(pa: pa))
  }
  state.pointee.recordsWritten += 1
  iopt_log1(host!.pointee.log, IOPT_EVENT_FREE.rawValue, pa)
}

private let allocateQueue: @convention(c) (UnsafeMutablePointer<iopt_host>?) -> UInt32 = { host in
  let state = hostState(host)
  let fails = state.pointee.failNextQueue
  state.pointee.failNextQueue = false
  return fails ? 0 : 1
}

private let keepNote:
  @convention(c) (UnsafeMutablePointer<iopt_host>?, UnsafePointer<CChar>?) -> Void = { host, text in
    guard let text else { return }
    hostState(host).pointee.notes.keep(text, at: host!.pointee.log.pointee.count)
  }

extension UInt64 {
  /// The smallest power of two that is not smaller; for 1 to 2^63.
  var roundedUpToPowerOfTwo: UInt64 {
    self <= 1 ? 1 : 1 << UInt64(64 - (self - 1).leadingZeroBitCount)
  }
}

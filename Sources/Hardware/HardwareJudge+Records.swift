// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension HardwareJudge {
  /// One record after another, in the order in which things happened.
  func take(_ record: Record) {
    if record.isStore {
      if record.has(.store) { takeStore(record) }
      return
    }
    guard let kind = record.kind, record.has(kind) else { return }
    switch kind {
    case .alloc: cache.noteAllocated(pa: record.argument(0), size: record.argument(1))
    case .free: takeFree(pa: record.argument(0))
    case .incoherent:
      if record.argument(1) != 0 {
        cache.noteCleaned(table: record.argument(0))
      } else {
        takeCoherent(pa: record.argument(0))
      }
    case .clean:
      if measures { costs.writeBacks &+= 1 }
      cache.noteCleaned(pa: record.argument(0), length: record.argument(1))
    case .top: takeTop(pa: record.argument(0), level: Int(truncatingIfNeeded: record.argument(1)))
    case .levels: state.levels = LevelsRecord(record)
    case .sync: takeSync(record)
    case .flushAll:
      if state.features.contains(.flushRangeNoGaps) { checkFlush() }
      call(.flushAll)
    case .syncMap: call(.syncMap(first: record.argument(0), length: record.argument(1)))
    case .dirty:
      if record.argument(1) > 0 {
        reported.insert(
          record.argument(0), record.argument(0) &+ (record.argument(1) - 1))
      }
    case .iovaAlloc: takeHandedOut(record.argument(0), record.argument(1))
    case .iovaFree: takeGivenBack(record.argument(0), record.argument(1))
    case .queue: takeQueue(record.argument(1), record.argument(2), record)
    case .timerFire: state.now = record.argument(0)
    case .warn: takeWarning()
    case .gather: takeGather(record)
    case .skip: state.isSkipped = true
    case .result: state.result = record.argument(0)
    default: break
    }
  }

  private func takeStore(_ record: Record) {
    state.hasStored = true
    let isMark = state.kind == IOPT_OP_SET_DIRTY.rawValue
    cache.noteStore(
      pa: record.argument(0), count: record.argument(1), value: record.argument(2),
      stride: record.argument(3), byHardware: isMark)
  }

  private func takeFree(pa: UInt64) {
    guard let slot = cache.table(at: pa) else { return checkFreedTwice(pa: pa) }
    checkLinked(slot)
    checkPointers(to: slot)
    cache.noteFreed(slot)
  }

  private func takeTop(pa: UInt64, level: Int) {
    cache.noteTop(pa: pa, level: level)
    call(.changeTop(pa: pa, level: level))
  }

  private func takeSync(_ record: Record) {
    let gathered = Gathered(
      first: record.argument(0), last: record.argument(1),
      leafLevels: UInt8(truncatingIfNeeded: state.levels?.leaves ?? 0),
      tableLevels: UInt8(truncatingIfNeeded: state.levels?.tables ?? 0),
      freesTables: !record.pages.isEmpty)
    state.levels = nil
    state.lastSync = gathered
    noteListed(record.pages)
    if isRange(gathered) {
      checkQueued(gathered)
      if state.features.contains(.flushRangeNoGaps) { checkWidth(gathered) }
      noteIdleSync(gathered)
    }
    if state.syncsTables, state.gather >= 0, state.kind == IOPT_OP_UNMAP_FAST.rawValue {
      state.midwayGathers.insert(state.gather)
    }
    call(.sync(gathered))
  }

  /// The driver sends its commands, and waits for them.
  private func call(_ call: DriverCall) {
    let before = commands.commands.count
    var reachesNothing = true
    driver.send(call, to: commands)
    if measures { meter(from: before) }
    for index in before..<commands.commands.count {
      if keepsAccounts {
        history.append(
          commands.commands[index], operation: state.number, callsBefore: cache.calls)
      }
      let reach = driver.reach(of: commands.commands[index])
      if reach != .nothing { reachesNothing = false }
      cache.apply(reach)
    }
    if case .sync(let gathered) = call, gathered.isEverything, reachesNothing {
      state.hasUnsentSync = true
    }
    cache.calls += 1
    if case .flushAll = call {
      state.flushes += 1
      closeWindows()
    }
  }

  private func takeHandedOut(_ iova: UInt64, _ length: UInt64) {
    guard length > 0 else { return }
    let last = iova &+ (length - 1)
    checkOwners(iova, last)
    checkCachedWhenHandedOut(iova, last)
    owned.remove(iova, last)
    owned.insert(IntervalMap.Mapping(first: iova, last: last, pa: 0))
  }

  private func takeGivenBack(_ iova: UInt64, _ length: UInt64) {
    guard length > 0 else { return }
    let last = iova &+ (length - 1)
    state.givenBack &+= length
    checkFlushed(iova, length)
    checkCachedWhenGivenBack(iova, last)
    checkMappedWhenGivenBack(iova, last)
    owned.remove(iova, last)
  }

  /// The caller says itself what is linked of a range.
  var isGivingUp: Bool {
    state.kind == IOPT_OP_DMA_IOVA_DESTROY.rawValue || state.kind == IOPT_OP_DMA_IOVA_FREE.rawValue
  }

  private func takeQueue(_ iova: UInt64, _ length: UInt64, _ record: Record) {
    noteListed(record.pages)
    let last = iova &+ (length &- 1)
    if isGivingUp, cache.firstLeaf(iova, last) != nil { remember(.leftLinked) }
    var bytes: UInt64 = 0
    for index in 0..<cache.stale.count {
      let entry = cache.stale.elements[index]
      guard entry.operation == state.number, entry.first <= last, entry.last >= iova else {
        continue
      }
      cache.stale.elements[index].isQueued = true
      if entry.kind == .leaf { bytes &+= min(entry.last, last) &- max(entry.first, iova) &+ 1 }
    }
    queued.append(QueuedRange(iova: iova, length: length, flushes: state.flushes, bytes: bytes))
    state.hasQueuedNow = true
    state.givenBack &+= length
  }

  private func takeGather(_ record: Record) {
    noteListed(record.pages)
    state.levels = nil
    let (first, last) = (record.argument(1), record.argument(2))
    if first <= last, !cache.canonical.contains(first) || !cache.canonical.contains(last) {
      state.outsideGathers.insert(state.gather)
    }
  }
}

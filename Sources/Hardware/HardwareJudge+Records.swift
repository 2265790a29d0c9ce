// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension HardwareJudge {
  /// One record after another, in the order in which things happened.
  func take(_ record: Record) {
    guard let kind = record.kind, record.has(kind) else { return }
    switch kind {
    case .store: takeStore(record)
    case .alloc: cache.noteAllocated(pa: record.argument(0), size: record.argument(1))
    case .free: takeFree(pa: record.argument(0))
    case .incoherent:
      if record.argument(1) != 0 { cache.noteCleaned(table: record.argument(0)) }
    case .clean: cache.noteCleaned(pa: record.argument(0), length: record.argument(1))
    case .top: takeTop(pa: record.argument(0), level: Int(truncatingIfNeeded: record.argument(1)))
    case .levels: state.levels = LevelsRecord(record)
    case .sync: takeSync(record)
    case .flushAll: call(.flushAll)
    case .syncMap: call(.syncMap(first: record.argument(0), length: record.argument(1)))
    case .dirty:
      if record.argument(1) > 0 {
        reported.insert(
          record.argument(0), record.argument(0) &+ (record.argument(1) - 1))
      }
    case .iovaAlloc: checkHandedOut(record.argument(0), record.argument(1))
    case .iovaFree: checkGivenBack(record.argument(0), record.argument(1))
    case .queue: takeQueue(record.argument(1), record.argument(2))
    case .gather: takeGather(record)
    case .result: state.result = record.argument(0)
    default: break
    }
  }

  private func takeStore(_ record: Record) {
    let isMark = state.kind == IOPT_OP_SET_DIRTY.rawValue
    cache.noteStore(
      pa: record.argument(0), count: record.argument(1), value: record.argument(2),
      stride: record.argument(3), byHardware: isMark)
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
    checkSync(gathered)
    call(.sync(gathered))
  }

  /// The driver sends its commands, and waits for them.
  private func call(_ call: DriverCall) {
    let before = commands.commands.count
    var reachesNothing = true
    driver.send(call, to: commands)
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
    if case .flushAll = call { state.flushes += 1 }
  }

  private func takeQueue(_ iova: UInt64, _ length: UInt64) {
    queued.append(QueuedRange(iova: iova, length: length, flushes: state.flushes))
    let last = iova &+ (length &- 1)
    if isGivingUp, cache.firstLeaf(iova, last) != nil { remember(.leftLinked) }
    for index in 0..<cache.stale.count {
      let entry = cache.stale.elements[index]
      guard entry.operation == state.number, entry.first <= last, entry.last >= iova else {
        continue
      }
      cache.stale.elements[index].isQueued = true
    }
  }

  private func takeGather(_ record: Record) {
    let gather = Int32(truncatingIfNeeded: record.argument(0) & 31)
    if record.argument(3) != 0 {
      state.queuedGathers.insert(gather)
    } else {
      state.queuedGathers.remove(gather)
    }
    state.levels = nil
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// Makes sure that the table reaches the range and its leaves, growing the top where it can.
  @inline(__always)
  func reach(_ range: inout WalkRange, _ mapping: Mapping) -> Status {
    var isReached = isInside(range)
    if !has(.dynamicTop) { return isReached ? .done : .outOfRange }
    while !isReached || mapping.leafLevel > range.level {
      let status = grow(range, mapping)
      if status != .done, status != .again { return status }
      range = self.range(range.first, range.last)
      if status == .done { break }
      isReached = isInside(range)
    }
    if Build.checks { _ = warns(!isInside(range)) }
    return .done
  }

  /// Stacks tables on the top until it suffices and publishes the result.
  private func grow(_ wanted: WalkRange, _ mapping: Mapping) -> Status {
    var list = TableList()
    let old = state.pointee.top
    var new = old
    var status = Status.done
    while status == .done, !suffices(new, wanted, mapping) { status = stack(&new, &list) }
    if status == .done {
      if has(.dmaIncoherent) {
        state.pointee.pages.forEach(list) { domain.startIncoherent($0) }
      }
      if publish(new, insteadOf: old) { return .done }
      status = .again
    }
    if has(.dmaIncoherent) { domain.stopIncoherent(list) }
    domain.free(list)
    return status
  }

  private func suffices(_ top: TopTable, _ wanted: WalkRange, _ mapping: Mapping) -> Bool {
    let whole = range(below: top)
    let part = WalkRange(
      first: wanted.first, last: wanted.last, table: whole.table, level: whole.level,
      log2: whole.log2)
    return isInside(part) && mapping.leafLevel <= whole.level
  }

  /// One more table above `top`, which becomes its first item's.
  private func stack(_ top: inout TopTable, _ list: inout TableList) -> Status {
    let below = range(below: top)
    let level = top.level + 1
    guard level <= Format.highestLevel,
      TableShape.itemLog2(level: level) < state.pointee.inputLog2
    else { return .outOfRange }
    let pa = allocateTop(level: level, isDeferred: true)
    if pa == 0 { return .noMemory }
    state.pointee.pages.append(pa, to: &list)
    var cursor = Cursor(state.pointee.memory.words(at: pa), level: level)
    let range = WalkRange(
      first: 0, last: below.last, table: below.table, level: level, log2: below.log2)
    loadFirst(&cursor, range)
    _ = warns(cursor.index != 0)
    _ = link(&cursor, to: state.pointee.memory.address(of: top.words!))
    top = TopTable(words: cursor.words, level: level)
    return .done
  }

  /// False when the top is no longer `old`.
  private func publish(_ new: TopTable, insteadOf old: TopTable) -> Bool {
    domain.yield(IOPT_POINT_TOP_CHANGE)
    let host = state.pointee.host
    if let lock = host.pointee.lock { lock(host, IOPT_LOCK_TOP.rawValue, 0) }
    let isPublished = state.pointee.top == old && new != old
    if isPublished {
      iopt_log2(
        domain.log, IOPT_EVENT_TOP.rawValue, state.pointee.memory.address(of: new.words!),
        UInt64(new.level))
      state.pointee.top = new
    }
    if let unlock = host.pointee.unlock { unlock(host, IOPT_LOCK_TOP.rawValue, 0) }
    return isPublished
  }

  /// A top table for the level: as many items as the input addresses need.
  func allocateTop(level: Int, isDeferred: Bool) -> UInt64 {
    _ = range(below: TopTable(words: nil, level: level))
    var items = state.pointee.inputLog2 - TableShape.itemLog2(level: level)
    if level != Format.highestLevel, has(.dynamicTop) {
      // A space smaller than one item counts as enormous.
      items = items < 0 ? itemsLog2(level: level) : min(items, itemsLog2(level: level))
    }
    let log2 = items < -TableShape.wordLog2 ? items + 3 : max(12, items + TableShape.wordLog2)
    return allocateTable(log2: log2, isDeferred: isDeferred)
  }
}

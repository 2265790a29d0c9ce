// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI

extension HardwareJudge {
  /// Takes in what an operation asks for, before its log.
  func start(_ pointer: UnsafePointer<iopt_op>) {
    let operation = pointer.pointee
    state.kind = operation.kind
    state.number += 1
    state.gather = Self.namesGather(operation.kind) ? Int32(operation.gather) : -1
    state.maps = [IOPT_OP_MAP.rawValue, IOPT_OP_MAP_RANGE.rawValue].contains(operation.kind)
    state.handle = operation.handle
    state.iova = operation.iova
    state.pa = operation.pa
    state.length = operation.len
    state.offset = operation.offset
    forgetOperation()
    if state.hasLayer, operation.kind <= IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue,
      operation.kind != IOPT_OP_IOVA_TO_PHYS.rawValue
    {
      state.isBesideTheLayer = state.past == nil
      remember(.besideTheLayer)
    }
    if state.maps, state.isProduction,
      operation.len & ((state.pageSizes & (0 &- state.pageSizes)) &- 1) != 0
    {
      state.hasRaggedMap = true
    }
    if state.release < .linux7_3, Self.hasEmptyPiece(operation) { state.past = .emptyPiece }
    // Who reads dirty bits to keep them asks for no sync afterwards: what changes is due at once.
    let keepsDirty =
      operation.kind == IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue && operation.flag != 0
    cache.begin(
      operation: state.number, gather: keepsDirty ? -1 : state.gather,
      isOutside: isOutside(operation))
    asked = AskedMemory(pointer)
    if asked.reaches(cache.reader.encryptionBit) { state.hasEncryptedAddress = true }
    cache.attributes.want(asked, cache.reader, state.features)
    state.wanted = wanted(operation)
    state.wasQueued = state.queuedGathers.contains(state.gather)
    if operation.kind == IOPT_OP_GATHER.rawValue {
      forget(state.gather)
      state.queuedGathers.remove(state.gather)
      if operation.flag != 0 { state.queuedGathers.insert(state.gather) }
    }
    if operation.kind == IOPT_OP_DMA_IOVA_SYNC.rawValue, cache.cachesAbsence {
      state.syncedPart = syncedPart(operation)
    }
    if operation.kind == IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue {
      state.dirtyGathers.insert(state.gather)
    }
    if operation.kind == IOPT_OP_RESERVE.rawValue,
      owned.overlaps(operation.iova, lastAddress(operation))
    {
      remember(.reservedOverOwned)
    }
    if state.release < .linux7_3, operation.kind == IOPT_OP_DMA_IOVA_DESTROY.rawValue,
      isOfAnotherSize(operation)
    {
      remember(.partlyLinkedRange)
    }
  }

  /// What the operation before it came to.
  private func forgetOperation() {
    state.givenBack = 0
    state.hasQueuedNow = false
    state.hasWarned = false
    state.coherentEarly = -1
    state.isSkipped = false
    state.tickStart = state.now
    state.syncedPart = nil
    state.idleSync = nil
    state.lastSync = nil
    state.hasStored = false
    state.isBesideTheLayer = false
    state.result = 0
    forgetDangers()
    state.isSilenced = false
    state.levels = nil
    commands.removeAll()
    reported.removeAll()
  }

  private func wanted(_ operation: iopt_op) -> (first: UInt64, last: UInt64)? {
    let rights = IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue
    guard state.maps, operation.len > 0, operation.prot & rights != 0, !cache.isOutside,
      !state.hasRaggedMap
    else { return nil }
    return (operation.iova, lastAddress(operation))
  }

  private static func hasEmptyPiece(_ operation: iopt_op) -> Bool {
    guard let pieces = operation.pieces, operation.piece_count > 1 else { return false }
    return (1..<Int(operation.piece_count)).contains { pieces[$0].len == 0 }
  }

  /// It gives up another length of a range than the range has, in pages.
  private func isOfAnotherSize(_ operation: iopt_op) -> Bool {
    let granule = state.pageSizes & (0 &- state.pageSizes)
    guard operation.len > 0, granule > 0, let iova = handedOut(operation.handle),
      let range = owned.mapping(at: iova)
    else { return false }
    let last = iova &+ (operation.len &- 1) | (granule - 1)
    return last != range.last
  }

  private func syncedPart(_ operation: iopt_op) -> (first: UInt64, last: UInt64)? {
    guard operation.len > 0, let iova = handedOut(operation.handle) else { return nil }
    let first = iova &+ operation.offset
    let (last, overflow) = first.addingReportingOverflow(operation.len - 1)
    return overflow ? nil : (first, last)
  }

  /// It names an address that no translation can have.
  private func isOutside(_ operation: iopt_op) -> Bool {
    operation.kind <= IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue
      && !(cache.canonical.contains(operation.iova)
        && cache.canonical.contains(lastAddress(operation)))
  }

  private func lastAddress(_ operation: iopt_op) -> UInt64 {
    operation.len == 0 ? operation.iova : operation.iova &+ (operation.len - 1)
  }

  private static func namesGather(_ kind: UInt32) -> Bool {
    kind >= IOPT_OP_GATHER.rawValue && kind <= IOPT_OP_FLUSH.rawValue
      || kind == IOPT_OP_READ_AND_CLEAR_DIRTY.rawValue
  }
}

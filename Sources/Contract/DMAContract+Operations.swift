// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension DMAContract {
  /// Judges what an operation came to, once all of its records are in.
  mutating func conclude(_ operation: UnsafePointer<iopt_op>) -> DMABreach? {
    let op = operation.pointee
    switch iopt_op_kind(rawValue: op.kind) {
    case IOPT_OP_DMA_MAP, IOPT_OP_DMA_MAP_SG, IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS:
      return concludeMap(op)
    case IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG: return concludeUnmap(op)
    case IOPT_OP_DMA_IOVA_ALLOC: return concludeTake(op)
    case IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC, IOPT_OP_DMA_IOVA_UNLINK,
      IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE:
      return concludeTwoStep(op)
    case IOPT_OP_TICK: return concludeTick(op.len)
    case IOPT_OP_RESERVE: concludeReserve(op)
    case IOPT_OP_UNMAP: if self.operation.result != 0 { noteDirectUnmap(op) }
    default: break
    }
    return nil
  }

  private mutating func concludeMap(_ op: iopt_op) -> DMABreach? {
    let handle = UInt16(truncatingIfNeeded: op.handle)
    let isLive = buffers.index(of: handle) != nil
    if operation.wasSkipped != isLive { return .wrongSkip(handle: handle) }
    if isLive { return nil }
    let address = operation.result ?? .max
    let isList = Self.isList(op.kind)
    if isList, address != .max, hasEmptyPieceBehind(op) { return .mended(.listWithEmptyPiece) }
    guard let taken = operation.taken else {
      if address == .max { return nil }
      guard address == 0, isList, isEmpty(op) else { return .wrongAddress(address: address) }
      addBuffer(op, handle, 0, (0, 0))
      return nil
    }
    let expected = taken.first + (isList ? 0 : op.pa & (granule - 1))
    if address == .max, expected == .max {
      departures.insert(.addressThatReadsAsAnError)
      return nil
    }
    if address == .max { return .lost(iova: taken.first, length: length(taken)) }
    if address != expected { return .wrongAddress(address: address) }
    addBuffer(op, handle, address, taken)
    justMapped = handle
    if needed(buffers[buffers.count - 1]) != length(taken) {
      return .wrongAddress(address: address)
    }
    return nil
  }

  private mutating func addBuffer(
    _ op: iopt_op, _ handle: UInt16, _ address: UInt64, _ taken: (first: UInt64, last: UInt64)
  ) {
    let index = buffers.add(handle)
    buffers[index].address = address
    buffers[index].first = taken.first
    buffers[index].last = taken.last
    if !Self.isList(op.kind) {
      noteLookup(op, index)
      addPiece(iopt_piece(pa: op.pa, len: op.len), to: index)
    } else {
      buffers[index].kind = .list
      for piece in 0..<Int(op.piece_count) { addPiece(op.pieces[piece], to: index) }
      if op.kind == IOPT_OP_DMA_MAP_SG_ATTRS.rawValue, taken.last == .max {
        departures.insert(.listThatEndsTheSpace)
        buffers[index].isNeverUnmapped = true
      }
      if op.pieces[0].len == 0 {
        departures.insert(.listThatBeginsEmpty)
        buffers[index].isNeverUnmapped = true
      }
    }
    if let entry = ledger.index(of: taken.first, taken.last) {
      ledger.setHolder(.buffer(handle: handle), at: entry)
    }
  }

  /// Whether a buffer's unmap looks its address up, and what that comes to at physical address 0.
  private mutating func noteLookup(_ op: iopt_op, _ index: Int) {
    let passesBy = IOPT_ATTR_MMIO.rawValue | IOPT_ATTR_REQUIRE_COHERENT.rawValue
    guard op.kind == IOPT_OP_DMA_MAP_PHYS.rawValue, op.attrs & passesBy == 0 else { return }
    buffers[index].isLookedUp = true
    if op.pa == 0 {
      departures.insert(.memoryAtAddressZero)
      buffers[index].isNeverUnmapped = true
    }
  }

  /// Whether an empty piece comes behind one that is not, in a release that refuses such lists.
  private func hasEmptyPieceBehind(_ op: iopt_op) -> Bool {
    guard isMended(.listWithEmptyPiece) else { return false }
    var isBehind = false
    for piece in 0..<Int(op.piece_count) {
      if op.pieces[piece].len != 0 { isBehind = true } else if isBehind { return true }
    }
    return false
  }

  private func isEmpty(_ op: iopt_op) -> Bool {
    for piece in 0..<Int(op.piece_count) where op.pieces[piece].len != 0 { return false }
    return true
  }

  mutating func addPiece(_ piece: iopt_piece, to index: Int) {
    if piece.len == 0 { return }
    buffers[index].pieces.append(piece)
    noteMemory(piece, index)
  }

  /// What memory does to the words of a table.
  mutating func noteMemory(_ piece: iopt_piece, _ index: Int) {
    let (last, wraps) = piece.pa.addingReportingOverflow(piece.len - 1)
    if wraps || last > lastPhysical {
      departures.insert(.memoryPastTheOutputWidth)
      buffers[index].isBeyondWords = true
    }
    if AskedMemory(pa: piece.pa, length: piece.len).reaches(encryptionBit) {
      departures.insert(.memoryAtTheEncryptionBit)
      buffers[index].isBeyondWords = true
    }
  }

  /// The bytes of the frames that a buffer needs.
  private func needed(_ buffer: borrowing DMABuffer) -> UInt64 {
    var length = buffer.address - buffer.first
    for piece in buffer.pieces { length += piece.len }
    return (length + granule - 1) & ~(granule - 1)
  }

  private mutating func concludeUnmap(_ op: iopt_op) -> DMABreach? {
    let handle = UInt16(truncatingIfNeeded: op.handle)
    guard let index = buffers.index(of: handle), buffers[index].kind != .range else {
      return operation.wasSkipped ? nil : .wrongSkip(handle: handle)
    }
    if operation.wasSkipped { return .wrongSkip(handle: handle) }
    let range = (first: buffers[index].first, last: buffers[index].last)
    let isTampered = buffers[index].isTampered
    // Where the lookup finds nothing the IOVA stays, as it does by departure. What somebody put there
    // behind the layer's back may be found, and the IOVA goes back then though nothing was unmapped.
    let stays = !operation.wasQueued && operation.freed == nil
    let isNeverUnmapped =
      stays
      && (buffers[index].isNeverUnmapped && !(isTampered && operation.result != 0)
        || operation.result == 0 && buffers[index].isLookedUp
          && (isTampered || buffers[index].isBeyondWords))
    buffers.remove(at: index)
    if isNeverUnmapped {
      if let entry = ledger.index(of: range.first, range.last) {
        ledger.setHolder(.nobody, at: entry)
      }
      return operation.result == 0
        ? nil : .wrongLength(expected: 0, found: operation.result ?? .max)
    }
    if !isTampered {
      if let freed = operation.freed, !freed.isInvalidated {
        return .freedBeforeSync(iova: range.first, length: length(range))
      }
      let found = operation.result ?? 0
      if found != length(range) {
        return .wrongLength(expected: length(range), found: found)
      }
      justUnmapped = range
    }
    if let entry = ledger.index(of: range.first, range.last),
      ledger.entries[entry].holder == .buffer(handle: handle)
    {
      return .lost(iova: range.first, length: length(range))
    }
    return nil
  }

  private mutating func concludeTick(_ milliseconds: UInt64) -> DMABreach? {
    guard let before = now else { return nil }
    let (after, wraps) = before.addingReportingOverflow(milliseconds)
    if wraps { departures.insert(.timeWrapped) }
    now = wraps ? nil : after
    if wraps { return nil }
    for entry in ledger.entries {
      if case .queue(_, let deadline) = entry.holder, deadline <= after {
        return .waitsTooLong(iova: entry.first, length: entry.length)
      }
    }
    return nil
  }

  private mutating func concludeReserve(_ op: iopt_op) {
    let first = op.iova & ~(granule - 1)
    let last = (op.iova + (op.len - 1)) | (granule - 1)
    if touched.overlaps(first, last) {
      departures.insert(.reservedOverAnIOVA)
      touched.insert(first, last)
    } else {
      reserved.insert(first, last)
    }
  }

  /// The domain does not see the bits of an address above its width.
  private mutating func noteDirectUnmap(_ op: iopt_op) {
    for index in 0..<buffers.count {
      let first = buffers[index].first
      let meets =
        (first &- op.iova) & addressMask < op.len
        || (op.iova &- first) & addressMask <= buffers[index].last - first
      if !meets { continue }
      buffers[index].isTampered = true
      departures.insert(.unmappedBehindTheLayersBack)
    }
  }

  func length(_ range: (first: UInt64, last: UInt64)) -> UInt64 {
    range.last &- range.first &+ 1
  }
}

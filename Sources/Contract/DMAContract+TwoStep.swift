// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// Mappings in two steps: a range belongs to its handle from `dma_iova_alloc` on; what is linked to it
// translates until it is unlinked or the range is given up.

extension DMAContract {
  /// Judges `dma_iova_alloc`.
  mutating func concludeTake(_ op: iopt_op) -> DMABreach? {
    let handle = UInt16(truncatingIfNeeded: op.handle)
    let isLive = buffers.index(of: handle) != nil
    if operation.wasSkipped != isLive { return .wrongSkip(handle: handle) }
    if isLive { return nil }
    let address = operation.result ?? .max
    guard let taken = operation.taken else {
      return address == .max ? nil : .wrongAddress(address: address)
    }
    let offset = op.pa & (granule - 1)
    guard address == taken.first + offset, frames(offset, op.len) == length(taken) else {
      return .wrongAddress(address: address)
    }
    let index = buffers.add(handle)
    buffers[index].kind = .range
    buffers[index].length = op.len
    buffers[index].address = address
    buffers[index].first = taken.first
    buffers[index].last = taken.last
    if let entry = ledger.index(of: taken.first, taken.last) {
      ledger.setHolder(.buffer(handle: handle), at: entry)
    }
    return nil
  }

  /// Judges what is done to a range.
  mutating func concludeTwoStep(_ op: iopt_op) -> DMABreach? {
    let handle = UInt16(truncatingIfNeeded: op.handle)
    guard let index = buffers.index(of: handle), isInside(buffers[index], op) else {
      return operation.wasSkipped ? nil : .wrongSkip(handle: handle)
    }
    if operation.wasSkipped { return .wrongSkip(handle: handle) }
    switch iopt_op_kind(rawValue: op.kind) {
    case IOPT_OP_DMA_IOVA_LINK:
      if operation.result == 0 { link(op, index) }
      return nil
    case IOPT_OP_DMA_IOVA_UNLINK:
      return unlink(op.offset, op.len, index)
    case IOPT_OP_DMA_IOVA_DESTROY, IOPT_OP_DMA_IOVA_FREE:
      return giveUp(op, handle, index)
    default:
      return nil
    }
  }

  private func isInside(_ range: borrowing DMABuffer, _ op: iopt_op) -> Bool {
    guard range.kind == .range else { return false }
    let (end, wraps) = op.offset.addingReportingOverflow(op.len)
    return !wraps && end <= range.length
  }

  /// Bytes of the frames around `bytes` that begin at an offset into the first one.
  private func frames(_ offset: UInt64, _ bytes: UInt64) -> UInt64 {
    (offset &+ bytes &+ granule - 1) & ~(granule - 1)
  }

  private mutating func link(_ op: iopt_op, _ index: Int) {
    let offset = op.pa & (granule - 1)
    let first = buffers[index].address &+ op.offset &- offset
    let bytes = frames(offset, op.len)
    let pa = op.pa - offset
    buffers[index].links.append(DMALink(first: first, last: first &+ (bytes - 1), pa: pa))
    noteMemory(iopt_piece(pa: pa, len: bytes), index)
    justMapped = buffers[index].handle
  }

  /// What was linked in a part of the range translates no longer. The part must be links as they were
  /// made, without a hole, or nothing is claimed of the range.
  private mutating func unlink(_ offset: UInt64, _ bytes: UInt64, _ index: Int) -> DMABreach? {
    let start = buffers[index].address &+ offset
    let first = start & ~(granule - 1)
    let last = first &+ (frames(start - first, bytes) - 1)
    var covered: UInt64 = 0
    var isCut = false
    for link in buffers[index].links where link.first <= last && first <= link.last {
      covered &+= link.last - link.first + 1
      if link.first < first || last < link.last { isCut = true }
    }
    if covered == 0 { return nil }
    if isCut || covered != last - first + 1 {
      departures.insert(.unlinkedOtherwise)
      buffers[index].isTampered = true
      return nil
    }
    buffers[index].links.removeAll { first <= $0.first && $0.last <= last }
    if buffers[index].isTampered { return nil }
    justUnmapped = (first, last)
    return operation.invalidated.contains(first, last) || operation.wasQueued
      ? nil : .freedBeforeSync(iova: first, length: last - first + 1)
  }

  /// `dma_iova_destroy` and `dma_iova_free`: the range goes back whole.
  private mutating func giveUp(_ op: iopt_op, _ handle: UInt16, _ index: Int) -> DMABreach? {
    let range = (first: buffers[index].first, last: buffers[index].last)
    let isDestroyed = op.kind == IOPT_OP_DMA_IOVA_DESTROY.rawValue && op.len > 0
    let breach = isDestroyed ? unlink(0, op.len, index) : nil
    if !buffers[index].links.isEmpty { departures.insert(.freedWhileLinked) }
    buffers.remove(at: index)
    if isLost { return nil }
    if let breach { return breach }
    if let entry = ledger.index(of: range.first, range.last),
      ledger.entries[entry].holder == .buffer(handle: handle)
    {
      return .lost(iova: range.first, length: length(range))
    }
    return nil
  }

  /// Part of a range that is being given up went back: a departure, or a breach where it was mended.
  /// `breach` for anything else.
  mutating func destroyedByLength(_ first: UInt64, or breach: DMABreach) -> DMABreach? {
    guard let handle = operation.unmapped, let index = buffers.index(of: handle),
      buffers[index].kind == .range, buffers[index].first == first
    else { return breach }
    if isMended(.destroyedByLength) { return .mended(.destroyedByLength) }
    departures.insert(.destroyedByLength)
    return nil
  }
}

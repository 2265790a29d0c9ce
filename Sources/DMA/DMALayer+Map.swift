// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

extension DMALayer {
  /// Maps one buffer: whole frames around it, at an IOVA that keeps its offset in the first one.
  func map(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if isLive(handle) { return skip() }
    let granule = UInt64(1) << granuleLog2
    let offset = operation.pointee.pa & (granule - 1)
    let length = (operation.pointee.len + offset + granule - 1) & ~(granule - 1)
    let iova = allocateIOVA(length, cpu: cpu)
    if iova == 0 { return fail() }
    let outcome = pages.map(
      iova, to: operation.pointee.pa - offset, length: length,
      protection: protection(operation.pointee.dir))
    switch outcome {
    case .crashed: return false
    case .failed:
      giveBack(frame: iova >> granuleLog2, count: length >> granuleLog2, cpu: cpu)
      return fail()
    case .done:
      return succeed(handle, address: iova + offset, length: operation.pointee.len)
    }
  }

  /// Maps a list of pieces into one range of IOVAs, as ``PieceLayout`` lays them out. A list that
  /// comes to nothing takes none and is mapped at 0. As in the kernel, the whole counts less than its
  /// pieces where one of them is empty.
  func mapPieces(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if isLive(handle) { return skip() }
    let pieces = UnsafeBufferPointer(
      start: operation.pointee.pieces, count: Int(operation.pointee.piece_count))
    let length = PieceLayout.wholeLength(of: pieces)
    var iova: UInt64 = 0
    if length > 0 {
      iova = allocateIOVA(length, cpu: cpu)
      if iova == 0 { return fail() }
      switch mapRuns(of: pieces, at: iova, protection: protection(operation.pointee.dir)) {
      case .crashed: return false
      case .failed:
        giveBack(frame: iova >> granuleLog2, count: length >> granuleLog2, cpu: cpu)
        return fail()
      case .done: break
      }
    }
    return succeed(
      handle, address: iova, length: PieceLayout.unmappedLength(of: pieces, at: iova))
  }

  /// Unmaps a mapping. A strict domain syncs before the IOVA is given back; on a queued one the
  /// range waits, with its tables, for a flush.
  func unmap(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if !isLive(handle) { return skip() }
    let mapping = handles.pointee[handle]
    handles.pointee[handle] = DMAMapping()
    if mapping.length == 0 {
      logResult(0)
      return true
    }
    let granule = UInt64(1) << granuleLog2
    let offset = mapping.address & (granule - 1)
    let iova = mapping.address - offset
    let length = (mapping.length + offset + granule - 1) & ~(granule - 1)

    var gather = Gather(queued: readsQueueInForce())
    let unmapped = pages.unmap(iova, length: length, into: &gather)
    if unmapped != length { iopt_log0(services.log, IOPT_EVENT_WARN.rawValue) }
    let frame = iova >> granuleLog2
    let count = length >> granuleLog2
    if gather.queued {
      enqueue(frame: frame, count: count, tables: gather.takeTables(), cpu: cpu)
    } else {
      pages.sync(&gather)
      giveBack(frame: frame, count: count, cpu: cpu)
    }
    logResult(unmapped)
    return true
  }

  /// Maps the pieces one after the other, those that touch in physical memory as one. When one
  /// fails, what was mapped is unmapped again, strictly.
  private func mapRuns(
    of pieces: UnsafeBufferPointer<iopt_piece>, at iova: UInt64, protection: UInt32
  ) -> MapOutcome {
    var mapped: UInt64 = 0
    var run: (start: UInt64, length: UInt64) = (0, 0)
    var layout = PieceLayout(pieces)
    repeat {
      let piece = layout.next()
      if run.length > 0, piece == nil || piece!.start != run.start &+ run.length {
        switch pages.map(iova &+ mapped, to: run.start, length: run.length, protection: protection)
        {
        case .crashed: return .crashed
        case .failed:
          pages.unmap(iova, length: mapped)
          return .failed
        case .done: mapped += run.length
        }
        run.length = 0
      }
      guard let piece else { return .done }
      if run.length == 0 { run.start = piece.start }
      run.length += UInt64(piece.space)
    } while true
  }

  /// What the device may do, by the direction of the transfer; the device is coherent.
  private func protection(_ direction: UInt32) -> UInt32 {
    let cached = IOPT_PROT_CACHE.rawValue
    switch iopt_direction(rawValue: direction) {
    case IOPT_TO_DEVICE: return cached | IOPT_PROT_READ.rawValue
    case IOPT_FROM_DEVICE: return cached | IOPT_PROT_WRITE.rawValue
    default: return cached | IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue
    }
  }

  private func isLive(_ handle: Int) -> Bool { handles.pointee[handle].isLive }

  private func succeed(_ handle: Int, address: UInt64, length: UInt64) -> Bool {
    // A buffer that ends with the space's last byte can look like an error.
    if address == DMALayer.mappingError { return fail() }
    handles.pointee[handle] = DMAMapping(isLive: true, address: address, length: length)
    logResult(address)
    return true
  }

  private func fail() -> Bool {
    logResult(DMALayer.mappingError)
    return true
  }

  private func skip() -> Bool {
    iopt_log0(services.log, IOPT_EVENT_SKIP.rawValue)
    return true
  }
}

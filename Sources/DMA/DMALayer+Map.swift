// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

extension DMALayer {
  /// Maps one buffer: whole frames around it, at an IOVA that keeps its offset in the first one.
  func map(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if isLive(handle) { return skip() }
    let offset = operation.pointee.pa & (granule - 1)
    let length = wholeGranules(operation.pointee.len + offset)
    let iova = allocateIOVA(length, for: operation, cpu: cpu)
    if iova == 0 { return fail() }
    let attributes = attributes(operation)
    let outcome = pages.map(
      iova, to: operation.pointee.pa - offset, length: length,
      protection: protection(operation.pointee.dir, attributes))
    switch outcome {
    case .crashed: return false
    case .failed:
      giveBack(frame: iova >> granuleLog2, count: length >> granuleLog2, cpu: cpu)
      return fail()
    case .done:
      return succeed(
        handle,
        DMAMapping(
          kind: .buffer, attributes: UInt8(truncatingIfNeeded: attributes),
          address: iova + offset, length: operation.pointee.len))
    }
  }

  /// Maps a list of pieces into one range of IOVAs, as ``PieceLayout`` lays them out. A list that
  /// comes to nothing takes none and is mapped at 0. In older releases the whole counts less than its
  /// pieces where one of them is empty; newer ones refuse that.
  func mapPieces(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if isLive(handle) { return skip() }
    let pieces = UnsafeBufferPointer(
      start: operation.pointee.pieces, count: Int(operation.pointee.piece_count))
    if behaviours.contains(.refusesEmptyPieces), PieceLayout.pads(pieces) { return fail() }
    let length = PieceLayout.wholeLength(of: pieces)
    var iova: UInt64 = 0
    if length > 0 {
      iova = allocateIOVA(length, for: operation, cpu: cpu)
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
      handle,
      DMAMapping(
        kind: .list, address: iova,
        length: PieceLayout.unmappedLength(of: pieces, at: iova)))
  }

  /// Unmaps a mapping. A strict domain syncs before the IOVA is given back; on a queued one the
  /// range waits, with its tables, for a flush.
  func unmap(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    let mapping = handles.pointee[handle]
    if mapping.kind == .dead || mapping.kind == .range { return skip() }
    handles.pointee[handle] = DMAMapping()
    if mapping.length == 0 || !passesEntryPoint(mapping, operation) {
      logResult(0)
      return true
    }
    let offset = mapping.address & (granule - 1)
    let iova = mapping.address - offset
    let length = wholeGranules(mapping.length &+ offset)

    var gather = Gather(queued: readsQueueInForce())
    let unmapped = unmap(iova, length, into: &gather)
    release(iova, length, &gather, cpu: cpu)
    logResult(unmapped)
    return true
  }

  /// Unmaps whole granules; anything but all of them is a violated expectation.
  @discardableResult
  @inline(__always)
  func unmap(_ iova: UInt64, _ length: UInt64, into gather: inout Gather) -> UInt64 {
    let unmapped = pages.unmap(iova, length: length, into: &gather)
    if unmapped != length { warn() }
    return unmapped
  }

  /// Gives up a range that was unmapped: at once after a sync, or, when the gather is queued, with a
  /// later flush.
  @inline(__always)
  func release(_ iova: UInt64, _ length: UInt64, _ gather: inout Gather, cpu: Int) {
    let (frame, count) = (iova >> granuleLog2, length >> granuleLog2)
    if gather.queued {
      enqueue(frame: frame, count: count, tables: gather.takeTables(), cpu: cpu)
    } else {
      pages.sync(&gather)
      giveBack(frame: frame, count: count, cpu: cpu)
    }
  }

  func warn() { iopt_log0(services.log, IOPT_EVENT_WARN.rawValue) }

  /// Bytes in whole granules, rounded up.
  @inline(__always)
  func wholeGranules(_ length: UInt64) -> UInt64 { (length &+ granule &- 1) & ~(granule - 1) }

  /// What the functions that drivers call look at before they unmap anything: a buffer's first page is
  /// looked up unless its attributes say that no cache is maintained for it, and a list that ends with
  /// the address space is taken for an empty one.
  private func passesEntryPoint(
    _ mapping: DMAMapping, _ operation: UnsafePointer<iopt_op>
  ) -> Bool {
    guard operation.pointee.kind >= IOPT_OP_KINDS.rawValue else { return true }
    if mapping.kind == .list { return mapping.address &+ mapping.length != 0 }
    let unlooked = IOPT_ATTR_MMIO.rawValue | IOPT_ATTR_REQUIRE_COHERENT.rawValue
    if UInt32(mapping.attributes) & unlooked != 0 { return true }
    if pages.lookUp(mapping.address) != 0 { return true }
    warn()
    return false
  }

  /// Maps the pieces one after the other, those that touch in physical memory as one. When one
  /// fails, what was mapped is unmapped again, strictly.
  private func mapRuns(
    of pieces: UnsafeBufferPointer<iopt_piece>, at iova: UInt64, protection: UInt32
  ) -> MapOutcome {
    var mapped: UInt64 = 0
    var run: (start: UInt64, length: UInt64) = (0, 0)
    var layout = PieceLayout(pieces)
    // Pages of a list mostly go into the same table as those before them. From four on, so that what
    // is fuzzed and recorded goes this way too.
    let isList = pieces.count >= 4 && pages.runsAlone
    var place = ListPlace()
    repeat {
      let piece = layout.next()
      if run.length > 0, piece == nil || piece!.start != run.start &+ run.length {
        let status =
          isList
          ? pages.mapWithoutSync(
            iova &+ mapped, to: run.start, length: run.length, protection: protection,
            beside: &place)
          : pages.mapWithoutSync(
            iova &+ mapped, to: run.start, length: run.length, protection: protection)
        guard let status else { return .crashed }
        if status != .done {
          pages.unmap(iova, length: mapped)
          return .failed
        }
        mapped += run.length
        run.length = 0
      }
      guard let piece else {
        pages.syncMap(iova, length: mapped)
        return .done
      }
      if run.length == 0 { run.start = piece.start }
      run.length += UInt64(piece.space)
    } while true
  }

  /// An operation's attributes; version 1 has none.
  @inline(__always)
  func attributes(_ operation: UnsafePointer<iopt_op>) -> UInt32 {
    operation.pointee.kind >= IOPT_OP_KINDS.rawValue ? operation.pointee.attrs : 0
  }

  /// What the device may do, by the direction of the transfer; the device is coherent.
  func protection(_ direction: UInt32, _ attributes: UInt32 = 0) -> UInt32 {
    var cached = IOPT_PROT_CACHE.rawValue
    if attributes & IOPT_ATTR_MMIO.rawValue != 0 { cached = IOPT_PROT_MMIO.rawValue }
    if attributes & IOPT_ATTR_PRIVILEGED.rawValue != 0 { cached |= IOPT_PROT_PRIV.rawValue }
    switch iopt_direction(rawValue: direction) {
    case IOPT_TO_DEVICE: return cached | IOPT_PROT_READ.rawValue
    case IOPT_FROM_DEVICE: return cached | IOPT_PROT_WRITE.rawValue
    default: return cached | IOPT_PROT_READ.rawValue | IOPT_PROT_WRITE.rawValue
    }
  }

  func isLive(_ handle: Int) -> Bool { handles.pointee[handle].isLive }

  private func succeed(_ handle: Int, _ mapping: DMAMapping) -> Bool {
    // A buffer that ends with the space's last byte can look like an error.
    if mapping.address == DMALayer.mappingError { return fail() }
    handles.pointee[handle] = mapping
    logResult(mapping.address)
    return true
  }

  private func fail() -> Bool {
    logResult(DMALayer.mappingError)
    return true
  }

  func skip() -> Bool {
    iopt_log0(services.log, IOPT_EVENT_SKIP.rawValue)
    return true
  }
}

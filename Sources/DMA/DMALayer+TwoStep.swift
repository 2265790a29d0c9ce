// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import SubjectABI

/// Mappings in two steps: a range is taken first and linked piece by piece (`dma_iova_try_alloc()` and
/// what follows it in drivers/iommu/dma-iommu.c).
extension DMALayer {
  /// Takes a range for a buffer, with the buffer's offset into its first granule.
  func allocateRange(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    if isLive(handle) { return skip() }
    let length = operation.pointee.len
    // The top bit of the size is a flag of the state's.
    if length >> 63 != 0 {
      warn()
      logResult(DMALayer.mappingError)
      return true
    }
    let offset = operation.pointee.pa & (granule - 1)
    let iova = allocateIOVA(wholeGranules(length + offset), for: operation, cpu: cpu)
    if iova == 0 {
      logResult(DMALayer.mappingError)
      return true
    }
    handles.pointee[handle] = DMAMapping(kind: .range, address: iova + offset, length: length)
    logResult(iova + offset)
    return true
  }

  /// Maps a part of the range. A buffer that does not begin with a granule can only be the first.
  func link(_ operation: UnsafePointer<iopt_op>) -> Bool {
    guard let range = range(operation) else { return skip() }
    let padding = operation.pointee.pa & (granule - 1)
    if padding != 0, operation.pointee.offset != 0 {
      warn()
      logResult(UInt64(bitPattern: -Int64(DMALayer.inputOutputError)))
      return true
    }
    let status = pages.mapWithoutSync(
      range.address &+ operation.pointee.offset &- padding,
      to: operation.pointee.pa - padding, length: wholeGranules(operation.pointee.len &+ padding),
      protection: protection(operation.pointee.dir, operation.pointee.attrs))
    guard let status else { return false }
    logResult(status.word)
    return true
  }

  /// Tells the driver of a part that was linked, whether anything is there or not.
  func syncRange(_ operation: UnsafePointer<iopt_op>) -> Bool {
    guard let range = range(operation) else { return skip() }
    let part = part(of: range, operation.pointee.offset, operation.pointee.len)
    pages.syncMap(part.iova, length: part.length)
    logResult(0)
    return true
  }

  /// Unmaps a part of the range, which stays taken.
  func unlink(_ operation: UnsafePointer<iopt_op>) -> Bool {
    guard let range = range(operation) else { return skip() }
    unlink(range, operation.pointee.offset, operation.pointee.len)
    return true
  }

  /// Unmaps the start of the range and gives the range up.
  func destroy(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    let range = handles.pointee[handle]
    guard range.kind == .range, operation.pointee.len <= range.length else { return skip() }
    handles.pointee[handle] = DMAMapping()
    let length = operation.pointee.len
    if length == 0 || behaviours.contains(.destroysWhole) {
      if length != 0 { unlink(range, 0, length) }
      giveBack(range, cpu: cpu)
      return true
    }
    // Older releases give up what was linked, not what was taken.
    let part = part(of: range, 0, length)
    var gather = Gather(queued: readsQueueInForce())
    unmap(part.iova, part.length, into: &gather)
    release(part.iova, part.length, &gather, cpu: cpu)
    return true
  }

  /// Gives the range up, with what is still linked in it.
  func freeRange(_ operation: UnsafePointer<iopt_op>, cpu: Int) -> Bool {
    let handle = Int(operation.pointee.handle)
    let range = handles.pointee[handle]
    guard range.kind == .range else { return skip() }
    handles.pointee[handle] = DMAMapping()
    giveBack(range, cpu: cpu)
    return true
  }

  // MARK: Parts

  /// EIO
  private static let inputOutputError = 5

  /// The range of an operation that names a part of it; nil where there is no such part.
  private func range(_ operation: UnsafePointer<iopt_op>) -> DMAMapping? {
    let range = handles.pointee[Int(operation.pointee.handle)]
    let (end, overflow) = operation.pointee.offset.addingReportingOverflow(operation.pointee.len)
    return range.kind == .range && !overflow && end <= range.length ? range : nil
  }

  /// Whole granules around a part of the range.
  private func part(
    of range: DMAMapping, _ offset: UInt64, _ length: UInt64
  ) -> (iova: UInt64, length: UInt64) {
    let start = range.address &+ offset
    let padding = start & (granule - 1)
    return (start - padding, wholeGranules(length &+ padding))
  }

  private func unlink(_ range: DMAMapping, _ offset: UInt64, _ length: UInt64) {
    let part = part(of: range, offset, length)
    var gather = Gather()
    unmap(part.iova, part.length, into: &gather)
    pages.sync(&gather)
  }

  private func giveBack(_ range: DMAMapping, cpu: Int) {
    let part = part(of: range, 0, range.length)
    giveBack(frame: part.iova >> granuleLog2, count: part.length >> granuleLog2, cpu: cpu)
  }
}

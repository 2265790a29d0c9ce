// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension DMALayer {
  /// Allocates an IOVA for `length` bytes, a multiple of the granule, and logs what it got. 0 when
  /// there is none. The operation may be for a device with a mask of its own.
  func allocateIOVA(_ length: UInt64, for operation: UnsafePointer<iopt_op>, cpu: Int) -> UInt64 {
    let last = lastAddress(for: operation)
    let iova = findIOVA(length >> granuleLog2, last: last, cpu: cpu) << granuleLog2
    if iova == 0 {
      iopt_log1(services.log, IOPT_EVENT_IOVA_NONE.rawValue, length)
    } else {
      iopt_log2(services.log, IOPT_EVENT_IOVA_ALLOC.rawValue, iova, length)
    }
    return iova
  }

  /// Gives back a range at once.
  func giveBack(frame: UInt64, count: UInt64, cpu: Int) {
    services.yield(IOPT_POINT_IOVA_HANDOVER)
    iopt_log2(
      services.log, IOPT_EVENT_IOVA_FREE.rawValue, frame << granuleLog2, count << granuleLog2)
    if case .trim(let order) = allocator.free(frame, count: count, cpu: cpu) {
      timer.pointee.scheduleDepotWork(order: order)
    }
  }

  /// No IOVA of the operation's device lies above. Operations of the ABI's version 1 know one device
  /// alone, and may end where those of version 2 begin.
  @inline(__always)
  private func lastAddress(for operation: UnsafePointer<iopt_op>) -> UInt64 {
    guard operation.pointee.kind >= IOPT_OP_KINDS.rawValue, operation.pointee.has_limit != 0 else {
      return lastAddress
    }
    return min(operation.pointee.limit, pages.aperture.last)
  }

  private func findIOVA(_ count: UInt64, last lastAddress: UInt64, cpu: Int) -> UInt64 {
    let last32 = UInt64(UInt32.max)
    if prefers32.pointee && lastAddress > last32 {
      let frame = allocator.allocate(
        count, last: last32 >> granuleLog2, thorough: false, cpu: cpu)
      if frame != 0 { return frame }
      prefers32.pointee = false
    }
    return allocator.allocate(count, last: lastAddress >> granuleLog2, thorough: true, cpu: cpu)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension DMALayer {
  /// Allocates an IOVA for `length` bytes, a multiple of the granule, and logs what it got. 0 when
  /// there is none.
  func allocateIOVA(_ length: UInt64, cpu: Int) -> UInt64 {
    let iova = findIOVA(length >> granuleLog2, cpu: cpu) << granuleLog2
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

  private func findIOVA(_ count: UInt64, cpu: Int) -> UInt64 {
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

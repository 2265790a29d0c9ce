// SPDX-License-Identifier: GPL-2.0-only
import PageTable

/// What became of a mapping.
enum MapOutcome {
  case done
  case failed
  case crashed
}

/// The domain below, as the DMA layer uses it: all that this room asks of the page table, in one
/// place. The domain must stay where it is as long as the layer lives.
struct Pages {
  let domain: UnsafeMutablePointer<PageTableDomain>

  /// Page sizes that may be mapped, a bit each.
  var pageSizes: UInt64 { domain.pointee.pageSizes }

  /// The first and the last address that can be mapped.
  var aperture: (first: UInt64, last: UInt64) { domain.pointee.aperture }

  /// `iommu_map()`: all or nothing.
  func map(_ iova: UInt64, to physical: UInt64, length: UInt64, protection: UInt32) -> MapOutcome {
    let status = domain.pointee.map(iova, to: physical, length: length, protection: protection)
    if domain.pointee.hasCrashed { return .crashed }
    return status == .done ? .done : .failed
  }

  /// `iommu_map_nosync()`: the same, and the driver's `iotlb_sync_map` is somebody else's to call.
  /// nil when the kernel's code would have crashed.
  func mapWithoutSync(
    _ iova: UInt64, to physical: UInt64, length: UInt64, protection: UInt32
  ) -> Status? {
    let status = domain.pointee.mapWithoutSync(
      iova, to: physical, length: length, protection: protection)
    return domain.pointee.hasCrashed ? nil : status
  }

  /// The same for one part of a list, beside the part before it.
  func mapWithoutSync(
    _ iova: UInt64, to physical: UInt64, length: UInt64, protection: UInt32,
    beside place: inout ListPlace
  ) -> Status? {
    let status = domain.pointee.mapWithoutSync(
      iova, to: physical, length: length, protection: protection, beside: &place)
    return domain.pointee.hasCrashed ? nil : status
  }

  /// Whether nobody else runs while a list is mapped.
  var runsAlone: Bool { domain.pointee.runsAlone }

  /// `iommu_sync_map()`
  func syncMap(_ iova: UInt64, length: UInt64) { domain.pointee.syncMap(iova, length: length) }

  /// `iommu_iova_to_phys()`
  func lookUp(_ iova: UInt64) -> UInt64 { domain.pointee.iovaToPhys(iova) }

  /// `iommu_unmap()`, with a sync of its own.
  func unmap(_ iova: UInt64, length: UInt64) { domain.pointee.unmap(iova, length: length) }

  /// `iommu_unmap_fast()`: the bytes unmapped.
  func unmap(_ iova: UInt64, length: UInt64, into gather: inout Gather) -> UInt64 {
    domain.pointee.unmapFast(iova, length: length, into: &gather)
  }

  /// `iommu_iotlb_sync()` behind an unmap that is not queued.
  func sync(_ gather: inout Gather) { domain.pointee.strictSync(&gather) }

  /// The driver's `flush_iotlb_all`.
  func flushAll() { domain.pointee.flushAll() }

  /// Gives tables back to the host, in order.
  func free(_ tables: TableList) { domain.pointee.free(tables) }

  /// Appends the tables' addresses, in order, to the record that is being written.
  func logPages(_ tables: TableList) { domain.pointee.logPages(tables) }
}

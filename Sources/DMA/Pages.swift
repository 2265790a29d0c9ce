// SPDX-License-Identifier: GPL-2.0-only
import PageTable

/// The domain below, as the DMA layer uses it: all that this room asks of the page table, in one
/// place. The domain must stay where it is as long as the layer lives.
struct Pages {
  let domain: UnsafeMutablePointer<PageTableDomain>

  /// Page sizes that may be mapped, a bit each.
  var pageSizes: UInt64 { domain.pointee.pageSizes }

  /// The first and the last address that can be mapped.
  var aperture: (first: UInt64, last: UInt64) {
    (domain.pointee.firstAddress, domain.pointee.lastAddress)
  }

  /// `iommu_map()`: all or nothing.
  func map(_ iova: UInt64, to physical: UInt64, length: UInt64, protection: UInt32) -> MapOutcome {
    domain.pointee.map(iova: iova, pa: physical, length: length, protection: protection)
  }

  /// `iommu_unmap()`, with a sync of its own. False when the kernel's code would have crashed.
  func unmap(_ iova: UInt64, length: UInt64) -> Bool {
    domain.pointee.unmap(iova: iova, length: length) != nil
  }

  /// `iommu_unmap_fast()`: the bytes unmapped, nil when the kernel's code would have crashed.
  func unmap(_ iova: UInt64, length: UInt64, into gather: inout Gather) -> UInt64? {
    domain.pointee.unmapFast(iova: iova, length: length, gather: &gather)
  }

  /// `iommu_iotlb_sync()`
  func sync(_ gather: inout Gather) { domain.pointee.sync(&gather) }

  /// The driver's `flush_iotlb_all`.
  func flushAll() { domain.pointee.flushAll() }

  /// Gives tables back to the host, in order.
  func free(_ tables: TableList) { domain.pointee.free(tables) }

  /// Appends the tables' addresses, in order, to the record that is being written.
  func logPages(_ tables: TableList) { domain.pointee.logPages(tables) }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension PageTableDomain {
  /// `iommu_map()`: all of the range, or nothing (empty tables may stay).
  public func map(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32
  ) -> Status {
    state.pointee.mapsPlainly
      ? mapOrNothing(iova, to: pa, length: length, protection: protection)
      : mapAndTell(iova, to: pa, length: length, protection: protection)
  }

  @inline(never)
  private func mapAndTell(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32
  ) -> Status {
    let status = mapWithoutSync(iova, to: pa, length: length, protection: protection)
    if status == .done { syncMap(iova, length: length) }
    return status
  }

  /// `iommu_map_nosync()`: the driver is not told.
  public func mapWithoutSync(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32
  ) -> Status {
    if state.pointee.refusesMappings {
      DomainReference(state: state).warn()
      return .invalid
    }
    return mapOrNothing(iova, to: pa, length: length, protection: protection)
  }

  @inline(__always)
  private func mapOrNothing(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32
  ) -> Status {
    var mapped: UInt64 = 0
    let status = mapRange(iova, to: pa, length: length, protection: protection, mapped: &mapped)
    if status != .done, !hasCrashed { _ = unmap(iova, length: mapped) }
    return status
  }

  /// `iommu_sync_map()`: the driver's `iotlb_sync_map`, where it has one.
  public func syncMap(_ iova: UInt64, length: UInt64) {
    if state.pointee.hasSyncMap {
      iopt_log2(state.pointee.log, IOPT_EVENT_SYNC_MAP.rawValue, iova, length)
    }
  }

  /// `iommu_unmap()`: with a strict gather of its own, and a sync. Returns the bytes unmapped.
  @discardableResult
  public func unmap(_ iova: UInt64, length: UInt64) -> UInt64 {
    var gather = Gather()
    let unmapped = unmapFast(iova, length: length, into: &gather)
    strictSync(&gather)
    return unmapped
  }

  /// The sync that ends an unmap which is not queued: the hardware may still use what was unmapped.
  public func strictSync(_ gather: inout Gather) {
    DomainReference(state: state).yield(IOPT_POINT_STRICT_SYNC)
    sync(&gather)
  }

  /// `iommu_iotlb_sync()`: invalidates what was gathered and frees its tables; the gather is empty
  /// and strict afterwards.
  public func sync(_ gather: inout Gather) { DomainReference(state: state).sync(&gather) }

  /// The driver's `flush_iotlb_all`.
  public func flushAll() { iopt_log0(state.pointee.log, IOPT_EVENT_FLUSH_ALL.rawValue) }

  /// Gives tables back to the allocator, in order.
  public func free(_ tables: TableList) { DomainReference(state: state).free(tables) }

  /// Says which levels are in a gather of which a record follows, where the domain collects them.
  public func logLevels(_ gather: Gather) { DomainReference(state: state).logLevels(gather) }

  /// Appends the tables' addresses to the log record that was begun.
  public func logPages(_ tables: TableList) { DomainReference(state: state).logPages(tables) }
}

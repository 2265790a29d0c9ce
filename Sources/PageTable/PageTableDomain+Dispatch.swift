// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// What an operation does is behind the walker; here is what it is given.

extension PageTableDomain {
  func initialize(_ configuration: borrowing iopt_config) -> Status {
    run(Initialize(configuration: copy configuration))
  }

  /// The page table's own `map_range` op: on failure, what was mapped stays. `mapped` is in bytes.
  public func mapRange(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32, mapped: inout UInt64
  ) -> Status {
    run(MapRange(iova: iova, pa: pa, length: length, protection: protection), &mapped)
  }

  /// `iommu_unmap_fast()`: into `gather`, without a sync. Returns the bytes unmapped.
  @inline(__always)
  public func unmapFast(_ iova: UInt64, length: UInt64, into gather: inout Gather) -> UInt64 {
    if state.pointee.refusesMappings {
      DomainReference(state: state).warn()
      return 0
    }
    return run(Unmap(iova: iova, length: length), &gather)
  }

  /// The physical address of one IOVA, 0 for none; outside the table, in older
  /// releases, a negative errno, cast.
  public func iovaToPhys(_ iova: UInt64) -> UInt64 { run(LookUp(iova: iova)) }

  /// Marks the entry of one IOVA dirty as hardware would.
  public func setDirty(_ iova: UInt64) -> Status { run(SetDirty(iova: iova)) }

  /// Records dirty ranges into `gather`; with `keep` (`IOMMU_DIRTY_NO_CLEAR`) they stay dirty.
  public func readAndClearDirty(
    _ iova: UInt64, length: UInt64, keep: Bool, into gather: inout Gather
  ) -> Status {
    run(ReadDirty(iova: iova, length: length, keep: keep), &gather)
  }

  /// Frees every table that the domain holds (`pt_iommu_deinit()`).
  public func teardown() { run(TearDown()) }
}

struct Initialize: WalkerOperation {
  let configuration: iopt_config

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ target: inout Void
  ) -> Status {
    table.initialize(configuration)
  }
}

struct MapRange: WalkerOperation {
  let iova: UInt64
  let pa: UInt64
  let length: UInt64
  let protection: UInt32

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ mapped: inout UInt64
  ) -> Status {
    table.mapRange(iova, pa, length, protection: protection, mapped: &mapped)
  }
}

struct Unmap: WalkerOperation {
  let iova: UInt64
  let length: UInt64

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ gather: inout Gather
  ) -> UInt64 {
    table.unmap(&gather, iova, length)
  }
}

struct LookUp: WalkerOperation {
  let iova: UInt64

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ target: inout Void
  ) -> UInt64 {
    table.lookUp(iova)
  }
}

struct SetDirty: WalkerOperation {
  let iova: UInt64

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ target: inout Void
  ) -> Status {
    table.setDirty(iova)
  }
}

struct ReadDirty: WalkerOperation {
  let iova: UInt64
  let length: UInt64
  let keep: Bool

  @inline(__always)
  func run(
    _ table: Walker<some PageTableFormat, some BuildMode>, _ gather: inout Gather
  ) -> Status {
    table.readAndClearDirty(&gather, iova, length, keep: keep)
  }
}

struct TearDown: WalkerOperation {
  @inline(__always)
  func run(_ table: Walker<some PageTableFormat, some BuildMode>, _ target: inout Void) {
    table.teardown()
  }
}

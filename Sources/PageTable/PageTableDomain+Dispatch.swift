// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

// One switch on the format for each operation; what is behind it is specialised.

extension PageTableDomain {
  func initialize(_ configuration: borrowing iopt_config) -> Status {
    switch kind {
    case .riscv64: Walker<RISCV64, ProductionBuild>(state).initialize(configuration)
    case .riscv64Debug: Walker<RISCV64, DebugBuild>(state).initialize(configuration)
    case .amdv1: Walker<AMDv1, ProductionBuild>(state).initialize(configuration)
    case .amdv1Debug: Walker<AMDv1, DebugBuild>(state).initialize(configuration)
    case .vtdss: Walker<VTDSecondStage, ProductionBuild>(state).initialize(configuration)
    case .vtdssDebug: Walker<VTDSecondStage, DebugBuild>(state).initialize(configuration)
    case .x8664: Walker<X8664, ProductionBuild>(state).initialize(configuration)
    case .x8664Debug: Walker<X8664, DebugBuild>(state).initialize(configuration)
    }
  }

  /// The page table's own `map_range` op: on failure, what was mapped stays. `mapped` is in bytes.
  public func mapRange(
    _ iova: UInt64, to pa: UInt64, length: UInt64, protection: UInt32, mapped: inout UInt64
  ) -> Status {
    @inline(__always)
    func run<Format: PageTableFormat, Build: BuildMode>(
      _ walker: Walker<Format, Build>, _ mapped: inout UInt64
    ) -> Status {
      walker.mapRange(iova, pa, length, protection: protection, mapped: &mapped)
    }
    return switch kind {
    case .riscv64: run(Walker<RISCV64, ProductionBuild>(state), &mapped)
    case .riscv64Debug: run(Walker<RISCV64, DebugBuild>(state), &mapped)
    case .amdv1: run(Walker<AMDv1, ProductionBuild>(state), &mapped)
    case .amdv1Debug: run(Walker<AMDv1, DebugBuild>(state), &mapped)
    case .vtdss: run(Walker<VTDSecondStage, ProductionBuild>(state), &mapped)
    case .vtdssDebug: run(Walker<VTDSecondStage, DebugBuild>(state), &mapped)
    case .x8664: run(Walker<X8664, ProductionBuild>(state), &mapped)
    case .x8664Debug: run(Walker<X8664, DebugBuild>(state), &mapped)
    }
  }

  /// `iommu_unmap_fast()`: into `gather`, without a sync. Returns the bytes unmapped.
  public func unmapFast(_ iova: UInt64, length: UInt64, into gather: inout Gather) -> UInt64 {
    switch kind {
    case .riscv64: Walker<RISCV64, ProductionBuild>(state).unmap(&gather, iova, length)
    case .riscv64Debug: Walker<RISCV64, DebugBuild>(state).unmap(&gather, iova, length)
    case .amdv1: Walker<AMDv1, ProductionBuild>(state).unmap(&gather, iova, length)
    case .amdv1Debug: Walker<AMDv1, DebugBuild>(state).unmap(&gather, iova, length)
    case .vtdss: Walker<VTDSecondStage, ProductionBuild>(state).unmap(&gather, iova, length)
    case .vtdssDebug: Walker<VTDSecondStage, DebugBuild>(state).unmap(&gather, iova, length)
    case .x8664: Walker<X8664, ProductionBuild>(state).unmap(&gather, iova, length)
    case .x8664Debug: Walker<X8664, DebugBuild>(state).unmap(&gather, iova, length)
    }
  }

  /// The physical address of one IOVA, 0 for none; outside the table a negative errno, cast.
  public func iovaToPhys(_ iova: UInt64) -> UInt64 {
    switch kind {
    case .riscv64: Walker<RISCV64, ProductionBuild>(state).lookUp(iova)
    case .riscv64Debug: Walker<RISCV64, DebugBuild>(state).lookUp(iova)
    case .amdv1: Walker<AMDv1, ProductionBuild>(state).lookUp(iova)
    case .amdv1Debug: Walker<AMDv1, DebugBuild>(state).lookUp(iova)
    case .vtdss: Walker<VTDSecondStage, ProductionBuild>(state).lookUp(iova)
    case .vtdssDebug: Walker<VTDSecondStage, DebugBuild>(state).lookUp(iova)
    case .x8664: Walker<X8664, ProductionBuild>(state).lookUp(iova)
    case .x8664Debug: Walker<X8664, DebugBuild>(state).lookUp(iova)
    }
  }

  /// Marks the entry of one IOVA dirty as hardware would.
  public func setDirty(_ iova: UInt64) -> Status {
    switch kind {
    case .riscv64: Walker<RISCV64, ProductionBuild>(state).setDirty(iova)
    case .riscv64Debug: Walker<RISCV64, DebugBuild>(state).setDirty(iova)
    case .amdv1: Walker<AMDv1, ProductionBuild>(state).setDirty(iova)
    case .amdv1Debug: Walker<AMDv1, DebugBuild>(state).setDirty(iova)
    case .vtdss: Walker<VTDSecondStage, ProductionBuild>(state).setDirty(iova)
    case .vtdssDebug: Walker<VTDSecondStage, DebugBuild>(state).setDirty(iova)
    case .x8664: Walker<X8664, ProductionBuild>(state).setDirty(iova)
    case .x8664Debug: Walker<X8664, DebugBuild>(state).setDirty(iova)
    }
  }

  /// Records dirty ranges into `gather`; with `keep` (`IOMMU_DIRTY_NO_CLEAR`) they stay dirty.
  public func readAndClearDirty(
    _ iova: UInt64, length: UInt64, keep: Bool, into gather: inout Gather
  ) -> Status {
    @inline(__always)
    func run<Format: PageTableFormat, Build: BuildMode>(
      _ walker: Walker<Format, Build>, _ gather: inout Gather
    ) -> Status {
      walker.readAndClearDirty(&gather, iova, length, keep: keep)
    }
    return switch kind {
    case .riscv64: run(Walker<RISCV64, ProductionBuild>(state), &gather)
    case .riscv64Debug: run(Walker<RISCV64, DebugBuild>(state), &gather)
    case .amdv1: run(Walker<AMDv1, ProductionBuild>(state), &gather)
    case .amdv1Debug: run(Walker<AMDv1, DebugBuild>(state), &gather)
    case .vtdss: run(Walker<VTDSecondStage, ProductionBuild>(state), &gather)
    case .vtdssDebug: run(Walker<VTDSecondStage, DebugBuild>(state), &gather)
    case .x8664: run(Walker<X8664, ProductionBuild>(state), &gather)
    case .x8664Debug: run(Walker<X8664, DebugBuild>(state), &gather)
    }
  }

  /// Frees every table that the domain holds (`pt_iommu_deinit()`).
  public func teardown() {
    switch kind {
    case .riscv64: Walker<RISCV64, ProductionBuild>(state).teardown()
    case .riscv64Debug: Walker<RISCV64, DebugBuild>(state).teardown()
    case .amdv1: Walker<AMDv1, ProductionBuild>(state).teardown()
    case .amdv1Debug: Walker<AMDv1, DebugBuild>(state).teardown()
    case .vtdss: Walker<VTDSecondStage, ProductionBuild>(state).teardown()
    case .vtdssDebug: Walker<VTDSecondStage, DebugBuild>(state).teardown()
    case .x8664: Walker<X8664, ProductionBuild>(state).teardown()
    case .x8664Debug: Walker<X8664, DebugBuild>(state).teardown()
    }
  }
}

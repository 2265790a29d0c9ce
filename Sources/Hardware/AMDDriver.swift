// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/amd`, read in 7.1, 7.2.13 and 7.3.4.
enum AMDDriver {
  /// The capability NpCache, which hypervisors set.
  private static let cachesAbsence: [(name: String, features: Features)] = [
    ("", .flushRange), ("NpCache", .flushRangeNoGaps),
  ]

  private static let hostTables = DriverDomain(
    name: "AMD version 1", place: "drivers/iommu/amd/iommu.c, amd_iommu_domain_alloc_paging_v1()",
    format: .amdv1, oa: 52,
    always: [.dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence], choices: [cachesAbsence],
    // VASize of the IVRS table, and what the translation levels (HATS) reach; the table starts with
    // three levels and grows.
    shapes: [("40 bits", 40, 2), ("48 bits", 48, 2), ("57 bits", 57, 2), ("64 bits", 64, 2)])

  private static let guestTables = DriverDomain(
    name: "AMD version 2", place: "drivers/iommu/amd/iommu.c, amd_iommu_domain_alloc_paging_v2()",
    format: .x8664, oa: 52, always: .x8664AMDEncryptTables, choices: [cachesAbsence],
    // Guest translation levels (GATS), without the upper half.
    shapes: [("4 levels", 47, 3), ("5 levels", 56, 4)])

  static let domains = [hostTables, guestTables]
}

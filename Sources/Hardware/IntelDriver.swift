// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/intel`, read in 7.1, 7.2.13 and 7.3.4. FORCE_COHERENCE of the second stage is no part
/// of what is asked for: the driver sets it in a domain that is open.
enum IntelDriver {
  private static let coherency: [(name: String, features: Features)] = [
    ("coherent", []), ("incoherent", .dmaIncoherent),
  ]

  private static let firstStage = DriverDomain(
    name: "VT-d first stage",
    place: "drivers/iommu/intel/iommu.c, intel_iommu_domain_alloc_first_stage()",
    format: .x8664, oa: 52, always: [.signExtend, .flushRange], choices: [coherency],
    // FL5LP with MGAW 57, else four levels.
    shapes: [("48 bits", 48, 3), ("57 bits", 57, 4)])

  private static let secondStage = DriverDomain(
    name: "VT-d second stage",
    place: "drivers/iommu/intel/iommu.c, intel_iommu_domain_alloc_second_stage()",
    format: .vtdss, oa: 52, always: .flushRange,
    // IOMMU_HWPT_ALLOC_NEST_PARENT.
    choices: [coherency, [("", []), ("parent of nested domains", .vtdssForceWriteable)]],
    // MGAW, on the fewest levels of SAGAW that reach so far, or on more where SAGAW has none.
    shapes: [
      ("39 bits", 39, 2), ("39 bits on 4 levels", 39, 3), ("39 bits on 5 levels", 39, 4),
      ("48 bits", 48, 3), ("48 bits on 5 levels", 48, 4), ("57 bits", 57, 4),
    ])

  static let domains = [firstStage, secondStage]
}

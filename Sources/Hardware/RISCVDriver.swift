// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// `drivers/iommu/riscv`, read in 7.1, 7.2.13 and 7.3.4.
enum RISCVDriver {
  private static let until71 = DriverDomain(
    name: "RISC-V", place: "drivers/iommu/riscv/iommu.c, riscv_iommu_alloc_paging_domain()",
    format: .riscv64, oa: 56, always: [.signExtend, .flushRange, .riscvSvnapot64k],
    // The widest of the capabilities SV57, SV48 and SV39.
    shapes: [("Sv39", 39, nil), ("Sv48", 48, nil), ("Sv57", 57, nil)],
    releases: .linux7_1 ... .linux7_1)

  private static let since72: DriverDomain = {
    var domain = until71
    domain.always.insert(.detailedGather)
    // The capability SVPBMT.
    domain.choices = [[("", []), ("Svpbmt", .riscvSvpbmt)]]
    domain.releases = .linux7_2 ... .linux7_3
    return domain
  }()

  static let domains = [until71, since72]
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What the fixtures of a kernel tree call a format: facts of `drivers/iommu/generic_pt`.
struct KUnitFixture {
  /// `PT_FMT`, which names the format's files.
  let family: String
  /// `PTPFX_RAW`, which names its functions and structs.
  let name: String
  /// The member of its configuration that holds the level of the top; nil: none does.
  let top: String?

  /// nil for a format that no kernel has.
  init?(_ format: Format) {
    switch format {
    case .riscv64: self.init(family: "riscv", name: "riscv_64", top: nil)
    case .amdv1: self.init(family: "amdv1", name: "amdv1", top: "starting_level")
    case .vtdss: self.init(family: "vtdss", name: "vtdss", top: "top_level")
    case .x8664: self.init(family: "x86_64", name: "x86_64", top: "top_level")
    default: return nil
    }
  }

  private init(family: String, name: String, top: String?) {
    self.family = family
    self.name = name
    self.top = top
  }

  /// The macro that chooses the format's section in a file of several.
  var section: String { "GENERIC_PT_CASES_\(name)" }
}

extension Features {
  /// The kernel's names, `PT_FEAT_…`, of those in the set.
  var kernelNames: [String] {
    Features.names.indices.filter { rawValue >> UInt32($0) & 1 != 0 }.map {
      "PT_FEAT_" + "\(Features.names[$0])".uppercased()
    }
  }
}

extension Protection {
  /// A C expression.
  var kernelExpression: String {
    let names = [
      "IOMMU_READ", "IOMMU_WRITE", "IOMMU_CACHE", "IOMMU_NOEXEC", "IOMMU_MMIO", "IOMMU_PRIV",
    ]
    let set = names.indices.filter { rawValue >> UInt32($0) & 1 != 0 }.map { names[$0] }
    return set.isEmpty ? "0" : set.joined(separator: " | ")
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// The domains that cells of a grid have: 48 bits of what their driver makes, or would if it made such.
enum LabDomain {
  /// What a driver's domain is like in a release.
  static func usual(_ driver: DriverChoice, _ kernel: Kernel) -> DomainConfiguration {
    var domain: DomainConfiguration
    switch driver.kind {
    case .riscv, .riscvNonLeaf, .riscvRanges, .riscvNonLeafRanges:
      domain = DomainConfiguration(
        format: .riscv64, va: 48, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k])
      if kernel >= .linux7_2 { domain.features.insert(.detailedGather) }
    case .vtd, .vtdCaching:
      domain = DomainConfiguration(format: .vtdss, va: 48, oa: 52, features: .flushRange, top: 3)
    case .amd, .amdNpCache, .shadow, .s390, .exact:
      domain = DomainConfiguration(
        format: .amdv1, va: 48, oa: 52,
        features: [.dynamicTop, .flushRange, .amdv1EncryptTables, .amdv1ForceCoherence], top: 2)
    }
    if [.amdNpCache, .shadow].contains(driver.kind) {
      domain.features.subtract(.flushRange)
      domain.features.insert(.flushRangeNoGaps)
    }
    domain.kernel = kernel
    domain.hasSyncMap = [.amdNpCache, .vtdCaching, .shadow, .s390].contains(driver.kind)
    domain.driver = driver
    return domain
  }

  /// Puts a mode's gathering in force.
  static func apply(_ gathering: LabMode.Gathering?, to domain: inout DomainConfiguration) {
    guard let gathering else { return }
    domain.features.subtract([.flushRange, .flushRangeNoGaps])
    switch gathering {
    case .range: domain.features.insert(.flushRange)
    case .noGaps: domain.features.insert(.flushRangeNoGaps)
    case .neither: break
    }
  }

  /// The DMA mask of a device that reaches all of a domain's lower half.
  static func limit(_ domain: DomainConfiguration) -> UInt64 {
    let bits = domain.features.contains(.signExtend) ? domain.va - 1 : domain.va
    return bits >= 64 ? .max : 1 << UInt64(bits) - 1
  }
}

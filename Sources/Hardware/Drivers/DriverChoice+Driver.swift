// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension DriverChoice {
  /// The driver of hardware that has such tables.
  public static func natural(for domain: DomainConfiguration) -> DriverChoice {
    let hasNoGaps = domain.features.contains(.flushRangeNoGaps)
    switch domain.format {
    case .riscv64: return DriverChoice(.riscv)
    case .vtdss: return DriverChoice(.vtd)
    case .x8664 where domain.features.contains(.signExtend): return DriverChoice(.vtd)
    case .amdv1, .x8664: return DriverChoice(hasNoGaps ? .amdNpCache : .amd)
    default: return DriverChoice(.exact)
    }
  }

  private var entry: DriverKind { driverTable.first { $0.name == kind }! }

  /// The driver as it is in a release, or in the scenario's own, for a domain.
  public func driver(
    for domain: DomainConfiguration, release: Kernel? = nil
  ) -> any Driver {
    entry.make(self, domain, release ?? domain.kernel ?? .linux7_1)
  }

  /// Whether the driver would ever make such a domain, page sizes aside, and ask for it to be synced
  /// after a map where it must.
  public func isOfItsKind(
    _ domain: DomainConfiguration, release: Kernel? = nil
  ) -> Bool {
    unlikeness(domain, release: release) == nil
  }

  /// Why it would never make such a domain, in words that follow on its name: `it asks for oa=56`.
  /// nil where it would.
  public func unlikeness(_ domain: DomainConfiguration, release: Kernel? = nil) -> String? {
    let release = release ?? domain.kernel ?? .linux7_1
    if let reason = entry.unlike(domain, release) { return reason }
    guard entry.make(self, domain, release).cachesAbsence, !domain.hasSyncMap else { return nil }
    return "it asks for sync_map"
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

// How scenarios end.

extension Engine {
  /// Closes the domains; what shows only then that a subject did to table memory.
  func closingFault(tablesAreAsTold: Bool = false) -> Fault? {
    for observed in lanes {
      if let misuse = observed.closeDomain(tablesAreAsTold: tablesAreAsTold) {
        return self.misuse(observed, misuse)
      }
    }
    return nil
  }

  /// Counts a domain that neither side opened.
  func countUnopened() {
    let result = lanes[0].lane.records.lazy.compactMap(ResultRecord.init).first { _ in true }
    let domain = DomainConfiguration(configuration)
    let kind = UnopenedDomain(
      format: domain.format, build: domain.build,
      kernel: Kernel(abi: lanes[0].lane.meant(configuration).kernel) ?? .linux7_1,
      errno: result?.errno ?? 0)
    hot.pointee.tally.unopened[kind, default: 0] += 1
  }
}

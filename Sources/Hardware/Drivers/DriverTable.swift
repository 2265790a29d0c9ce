// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A name that `driver=` can say, and what is behind it.
struct DriverKind: Sendable {
  var name: DriverName
  /// The driver for a domain, as it is in a release.
  var make: @Sendable (DriverChoice, DomainConfiguration, Kernel) -> any Driver
  /// Whether it would make such a domain.
  var makes: @Sendable (DomainConfiguration, Kernel) -> Bool
}

/// All drivers. A new one is a file, a word here, and its name in ``DriverName``.
let driverTable: [DriverKind] =
  RISCVCommands.kinds + AMDCommands.kinds + VTDCommands.kinds + ShadowDriver.kinds
  + S390Driver.kinds + ExactDriver.kinds

extension [DriverDomain] {
  /// Whether one of these asks for such a domain in a release. Page sizes may be fewer, and features
  /// of `open` come after it is made.
  func make(
    _ domain: DomainConfiguration, in release: Kernel, with feature: Features = [],
    later open: Features = []
  ) -> Bool {
    filter { $0.releases.contains(release) }.flatMap { $0.requests(of: release) }.contains {
      let asked = $0.domain
      return asked.format == domain.format && asked.va == domain.va && asked.oa == domain.oa
        && asked.top == domain.top && asked.features.contains(feature)
        && asked.features.union(open) == domain.features.union(open)
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A name that `driver=` can say, and what is behind it.
struct DriverKind: Sendable {
  var name: DriverName
  /// The driver for a domain, as it is in a release.
  var make: @Sendable (DriverChoice, DomainConfiguration, Kernel) -> any Driver
  /// Why it would never make such a domain, in words; nil where it would.
  var unlike: @Sendable (DomainConfiguration, Kernel) -> String?
}

/// All drivers. A new one is a file, a word here, and its name in ``DriverName``.
let driverTable: [DriverKind] =
  RISCVCommands.kinds + AMDCommands.kinds + VTDCommands.kinds + ShadowDriver.kinds
  + S390Driver.kinds + ExactDriver.kinds

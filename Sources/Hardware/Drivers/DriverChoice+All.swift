// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension DriverChoice {
  /// Every driver, without options.
  public static var all: [DriverChoice] { DriverName.allCases.map { DriverChoice($0) } }

  /// Whether the driver's hardware can have tables of this format at all; what is nobody's hardware in
  /// particular can have any.
  public func fits(_ format: Format) -> Bool {
    switch kind {
    case .riscv, .riscvNonLeaf, .riscvRanges, .riscvNonLeafRanges: format == .riscv64
    case .amd, .amdNpCache: format == .amdv1 || format == .x8664
    case .vtd, .vtdCaching: format == .vtdss || format == .x8664
    case .shadow, .s390, .exact: true
    }
  }

  /// Its hardware has tables of its own alone: behind others it can be measured, and what it leaves in
  /// caches says nothing of them.
  public var hasOtherTables: Bool { kind == .s390 }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A page-table format. Raw values are the subject ABI's `enum iopt_format`.
public enum Format: UInt32, CaseIterable, Sendable {
  case riscv64 = 0
  case amdv1 = 1
  case vtdss = 2
  case x8664 = 3

  /// The word that stands for the format in scenario text.
  public var name: StaticString {
    switch self {
    case .riscv64: "riscv_64"
    case .amdv1: "amdv1"
    case .vtdss: "vtdss"
    case .x8664: "x86_64"
    }
  }

  /// Whether the `domain` line carries `top=`: every format but RISC-V requires it.
  public var takesTop: Bool { self != .riscv64 }

  /// The features that scenario text accepts for this format.
  public var expressibleFeatures: Features {
    switch self {
    case .riscv64: [.common, .riscvSvnapot64k]
    case .amdv1: [.common, .amdv1EncryptTables, .amdv1ForceCoherence]
    case .vtdss: [.common, .vtdssForceCoherence, .vtdssForceWriteable]
    case .x8664: [.common, .x8664AMDEncryptTables]
    }
  }
}

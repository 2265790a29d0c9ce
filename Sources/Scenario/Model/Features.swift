// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A set of page-table features. Bits are the subject ABI's `enum iopt_feature`; canonical text has an
/// order of its own.
public struct Features: OptionSet, Codable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let dmaIncoherent = Features(rawValue: 1 << 0)
  public static let fullVA = Features(rawValue: 1 << 1)
  public static let dynamicTop = Features(rawValue: 1 << 2)
  public static let signExtend = Features(rawValue: 1 << 3)
  public static let flushRange = Features(rawValue: 1 << 4)
  public static let flushRangeNoGaps = Features(rawValue: 1 << 5)
  public static let riscvSvnapot64k = Features(rawValue: 1 << 6)
  public static let amdv1EncryptTables = Features(rawValue: 1 << 7)
  public static let amdv1ForceCoherence = Features(rawValue: 1 << 8)
  public static let vtdssForceCoherence = Features(rawValue: 1 << 9)
  public static let vtdssForceWriteable = Features(rawValue: 1 << 10)
  public static let x8664AMDEncryptTables = Features(rawValue: 1 << 11)
  public static let detailedGather = Features(rawValue: 1 << 12)
  public static let riscvSvpbmt = Features(rawValue: 1 << 13)

  /// The features that are not of one format.
  public static let common: Features = [
    .dmaIncoherent, .fullVA, .dynamicTop, .signExtend, .flushRange, .flushRangeNoGaps,
    .detailedGather,
  ]

  /// The word of each bit, by bit number.
  public static let names: [StaticString] = [
    "dma_incoherent", "full_va", "dynamic_top", "sign_extend", "flush_range",
    "flush_range_no_gaps", "riscv_svnapot_64k", "amdv1_encrypt_tables",
    "amdv1_force_coherence", "vtdss_force_coherence", "vtdss_force_writeable",
    "x86_64_amd_encrypt_tables", "detailed_gather", "riscv_svpbmt",
  ]

  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// Those that kernels have from 7.2 on, and text from version 2 on.
  public static let sinceLinux7_2: Features = [.detailedGather, .riscvSvpbmt]

  /// Bit numbers in the order of canonical text.
  static let textOrder = [0, 1, 2, 3, 4, 5, 12, 6, 13, 7, 8, 9, 10, 11]
}

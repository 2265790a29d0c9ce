// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// A configuration that suites and sweeps run on, by a name for reports.
public struct NamedConfiguration: Sendable, CustomStringConvertible {
  public let name: String
  public let domain: DomainConfiguration

  public var description: String { name }

  init(
    _ name: String, _ format: Format, va: UInt8, oa: UInt8, _ features: Features,
    top: UInt32? = nil, bit: UInt8? = nil, pageSizes: UInt64? = nil, build: Build = .production
  ) {
    self.name = name
    domain = DomainConfiguration(
      format: format, va: va, oa: oa, features: features, top: top, pageSizes: pageSizes,
      encryptionBit: bit, build: build)
  }
}

/// The configurations that every suite and every sweep runs on. A new format adds its lines here,
/// and its reading of a word to ``HardwareEntry``, and gets all of them.
public enum StandardConfigurations {
  /// The shapes that the kernel's own unit tests take: the widths, levels and features of each
  /// format's list (`kunit_fmt_cfgs`), and all else that its debug build can express.
  public static let kernelUnitTests: [NamedConfiguration] = [
    NamedConfiguration(
      "amdv1 top 2, all features", .amdv1, va: 64, oa: 52,
      [
        .fullVA, .dynamicTop, .flushRange, .flushRangeNoGaps, .amdv1EncryptTables,
        .amdv1ForceCoherence,
      ], top: 2, build: .debug),
    riscv64("Sv39, Svnapot", 39, [.riscvSvnapot64k]),
    riscv64("Sv48", 48, []),
    riscv64("Sv57, Svnapot", 57, [.riscvSvnapot64k]),
    vtdss(39, top: 2),
    vtdss(48, top: 3),
    vtdss(57, top: 4),
    x86(48, top: 3, [.signExtend]),
    x86(57, top: 4, [.signExtend]),
    x86(47, top: 3, []),
    x86(56, top: 4, []),
  ]

  /// What drivers run, and shapes that the list above leaves out: production builds, coherent
  /// walkers, encryption, a narrowed page-size bitmap, other ways of flushing.
  public static let further: [NamedConfiguration] = [
    NamedConfiguration(
      "amdv1 production", .amdv1, va: 64, oa: 52,
      [.dynamicTop, .flushRange, .amdv1EncryptTables, .amdv1ForceCoherence], top: 2),
    NamedConfiguration(
      "amdv1 top 1, encrypted", .amdv1, va: 64, oa: 52,
      [.dynamicTop, .flushRangeNoGaps, .amdv1EncryptTables, .amdv1ForceCoherence], top: 1,
      bit: 47),
    NamedConfiguration(
      "amdv1 fixed top 3", .amdv1, va: 48, oa: 48, [.flushRange], top: 3, build: .debug),
    NamedConfiguration(
      "riscv_64 Sv39 production", .riscv64, va: 39, oa: 56,
      [.signExtend, .flushRange, .riscvSvnapot64k]),
    NamedConfiguration(
      "riscv_64 Sv39 4K and 2M only", .riscv64, va: 39, oa: 56, [.signExtend, .flushRange],
      pageSizes: 0x20_1000),
    NamedConfiguration("vtdss 48 coherent", .vtdss, va: 48, oa: 52, [.flushRange], top: 3),
    NamedConfiguration(
      "vtdss 57 grows from level 2", .vtdss, va: 57, oa: 52,
      [.dmaIncoherent, .fullVA, .dynamicTop, .flushRange], top: 2, build: .debug),
    NamedConfiguration(
      "vtdss 48 no gaps", .vtdss, va: 48, oa: 52, [.flushRangeNoGaps], top: 3, build: .debug),
    NamedConfiguration(
      "vtdss 48 forced writeable", .vtdss, va: 48, oa: 52, [.flushRange, .vtdssForceWriteable],
      top: 3),
    NamedConfiguration(
      "x86_64 48 no gaps", .x8664, va: 48, oa: 52, [.signExtend, .flushRangeNoGaps], top: 3),
    NamedConfiguration(
      "x86_64 48 encrypted", .x8664, va: 48, oa: 52,
      [.signExtend, .flushRange, .x8664AMDEncryptTables], top: 3, bit: 51),
  ]

  public static let all = kernelUnitTests + further

  private static func riscv64(_ name: String, _ va: UInt8, _ more: Features) -> NamedConfiguration {
    NamedConfiguration(
      "riscv_64 \(name)", .riscv64, va: va, oa: 56,
      more.union([.signExtend, .flushRange, .flushRangeNoGaps]), build: .debug)
  }

  private static func vtdss(_ va: UInt8, top: UInt32) -> NamedConfiguration {
    NamedConfiguration(
      "vtdss \(va)", .vtdss, va: va, oa: 52,
      [
        .dmaIncoherent, .fullVA, .dynamicTop, .flushRange, .flushRangeNoGaps,
        .vtdssForceCoherence,
      ], top: top, build: .debug)
  }

  private static func x86(_ va: UInt8, top: UInt32, _ more: Features) -> NamedConfiguration {
    NamedConfiguration(
      "x86_64 \(va)", .x8664, va: va, oa: 52,
      more.union([
        .dmaIncoherent, .flushRange, .flushRangeNoGaps, .x8664AMDEncryptTables,
      ]), top: top, build: .debug)
  }
}

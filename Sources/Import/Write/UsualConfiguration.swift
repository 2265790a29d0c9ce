// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What a driver's domains usually look like.
public enum UsualConfiguration: String, CaseIterable, Sendable {
  case amd, intel, riscv

  /// The domain that the driver asks for on coherent hardware, not under a hypervisor: AMD's host
  /// tables, VT-d's second stage, RISC-V's Sv48 or, where `highest` needs it, Sv57.
  public func domain(_ kernel: Kernel, highest: UInt64 = 0) -> DomainConfiguration {
    switch self {
    case .amd:
      return DomainConfiguration(
        format: .amdv1, va: 64, oa: 52,
        features: [.dynamicTop, .flushRange, .amdv1EncryptTables, .amdv1ForceCoherence], top: 2,
        kernel: kernel, hasSyncMap: true)
    case .intel:
      let isWide = highest >> 48 != 0
      return DomainConfiguration(
        format: .vtdss, va: isWide ? 57 : 48, oa: 52, features: .flushRange, top: isWide ? 4 : 3,
        kernel: kernel, hasSyncMap: true)
    case .riscv:
      var features: Features = [.signExtend, .flushRange, .riscvSvnapot64k]
      if kernel >= .linux7_2 { features.insert(.detailedGather) }
      return DomainConfiguration(
        format: .riscv64, va: highest >> 47 != 0 ? 57 : 48, oa: 56, features: features,
        kernel: kernel)
    }
  }

  /// The DMA API on top: with queues where the kernel's default is lazy, which it is on x86.
  public func dma(cpus: UInt32, highest: UInt64) -> DMAConfiguration {
    DMAConfiguration(
      queue: .perCPU, cpus: cpus, mode: self == .riscv ? .strict : .flushQueue,
      limit: highest >> 32 == 0 ? 0xffff_ffff : .max, pci32: highest >> 32 != 0)
  }
}

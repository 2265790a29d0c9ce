// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension DomainConfiguration {
  /// The `domain` line that lowers to `config`, which this harness made, with the `driver` that goes
  /// beside it.
  public init(_ config: iopt_config, driver: DriverChoice? = nil) {
    let format = Format(rawValue: config.format)!
    self.init(
      format: format, va: UInt8(config.va_lg2), oa: UInt8(config.oa_lg2),
      features: Features(rawValue: config.features), top: format.takesTop ? config.top : nil,
      pageSizes: config.pgsizes == .max ? nil : config.pgsizes,
      encryptionBit: config.sme_mask == 0 ? nil : UInt8(config.sme_mask.trailingZeroBitCount),
      build: Build(rawValue: config.build)!,
      gather: config.gather == GatherRevision.merged.rawValue
        ? nil : GatherRevision(rawValue: config.gather)!,
      kernel: config.kernel == 0 ? nil : Kernel(rawValue: config.kernel)!,
      hasSyncMap: config.sync_map != 0,
      policy: config.policy == 0 ? nil : Policy(rawValue: config.policy)!, driver: driver)
  }
}

extension DMAConfiguration {
  /// The `dma` line that lowers to `config`; nil when there is none.
  public init?(_ config: iopt_config) {
    guard config.has_dma != 0 else { return nil }
    self.init(
      queue: QueueKind(rawValue: config.dma.queue)!, cpus: config.dma.cpus,
      ringSize: config.dma.ring_size, timeout: config.dma.timeout,
      mode: DMAMode(rawValue: config.dma.mode)!, limit: config.dma.limit,
      pci32: config.dma.pci32 != 0,
      magazine: config.dma_magazine == 0 ? nil : config.dma_magazine,
      failMagazine: config.dma_fail_magazine == 0 ? nil : config.dma_fail_magazine)
  }
}

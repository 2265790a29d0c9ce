// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What an import is to make of a trace.
public struct ImportOptions: Sendable {
  /// Which events are taken.
  public var filter = ImportFilter()
  /// The configuration, where it is given; else the usual one of `like`.
  public var domain: DomainConfiguration?
  public var dma: DMAConfiguration?
  public var like = UsualConfiguration.amd
  public var kernel = Kernel.linux7_3
  /// Physical addresses stay as the trace has them.
  public var keepsAddresses = false
  /// Names of tasks and devices are written in comments.
  public var showsNames = false
  /// The protection of page-level maps, which their events do not tell.
  public var protection: Protection = [.read, .write]

  public init() {}
}

/// One scenario that an import writes.
public struct ImportedSpace: Sendable {
  /// From 1, in the order of the scenarios.
  public var number = 1
  /// Of the first event.
  public var line = 0
  public var operations = 0
  /// nil: page-level events alone, without the DMA API.
  public var device: String?
  public var domain: DomainConfiguration
  public var dma: DMAConfiguration?
  /// CPUs that events name, counted to the highest; those that the `dma` line has not are folded.
  public var cpus: UInt32 = 1
  /// The highest address that was mapped.
  public var highest: UInt64 = 0
}

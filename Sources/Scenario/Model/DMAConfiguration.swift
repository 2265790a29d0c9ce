// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

public enum QueueKind: UInt32, Sendable {
  case perCPU = 0
  case single = 1
}

/// `DMA` or `DMA-FQ`: how the domain starts out.
public enum DMAMode: UInt32, Sendable {
  case strict = 0
  case flushQueue = 1
}

/// The `dma` line: the DMA API on top of a domain.
public struct DMAConfiguration: Equatable, Sendable {
  public var queue: QueueKind
  /// 1 to 256.
  public var cpus: UInt32
  /// Entries of one ring, a power of two, 2 to 65536.
  public var ringSize: UInt32
  /// The queue's timer in milliseconds.
  public var timeout: UInt64
  public var mode: DMAMode
  /// The device's DMA mask.
  public var limit: UInt64
  public var pci32: Bool

  public init(
    queue: QueueKind, cpus: UInt32, ringSize: UInt32, timeout: UInt64, mode: DMAMode,
    limit: UInt64, pci32: Bool = false
  ) {
    self.queue = queue
    self.cpus = cpus
    self.ringSize = ringSize
    self.timeout = timeout
    self.mode = mode
    self.limit = limit
    self.pci32 = pci32
  }
}

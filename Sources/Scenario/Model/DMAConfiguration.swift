// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A flush queue for each CPU, or one for all (`IOMMU_DMA_OPTS_PER_CPU_QUEUE`,
/// `IOMMU_DMA_OPTS_SINGLE_QUEUE`).
public enum QueueKind: UInt32, Codable, Sendable {
  case perCPU = 0
  case single = 1

  /// Entries of one of the kernel's own rings (IOVA_DEFAULT_FQ_SIZE, IOVA_SINGLE_FQ_SIZE).
  public var kernelRingSize: UInt32 {
    self == .perCPU ? IOPT_PERCPU_RING_SIZE : IOPT_SINGLE_RING_SIZE
  }

  /// The timeout of the kernel's own timer, ms (IOVA_DEFAULT_FQ_TIMEOUT, IOVA_SINGLE_FQ_TIMEOUT).
  public var kernelTimeout: UInt64 {
    UInt64(self == .perCPU ? IOPT_PERCPU_TIMEOUT : IOPT_SINGLE_TIMEOUT)
  }
}

/// `DMA` or `DMA-FQ`: how the domain starts out.
public enum DMAMode: UInt32, Codable, Sendable {
  case strict = 0
  case flushQueue = 1
}

/// The `dma` line: the DMA API on top of a domain.
public struct DMAConfiguration: Equatable, Sendable {
  /// Which rings there are.
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
  /// IOVAs that a magazine holds, 1 to 127; nil: the kernel's own number. Version 2, like the next.
  public var magazine: UInt32?
  /// The Nth allocation of a magazine fails, once.
  public var failMagazine: UInt32?

  /// A ring size or a timeout that is nil is the kernel's own.
  public init(
    queue: QueueKind, cpus: UInt32, ringSize: UInt32? = nil, timeout: UInt64? = nil,
    mode: DMAMode, limit: UInt64, pci32: Bool = false, magazine: UInt32? = nil,
    failMagazine: UInt32? = nil
  ) {
    self.queue = queue
    self.cpus = cpus
    self.ringSize = ringSize ?? queue.kernelRingSize
    self.timeout = timeout ?? queue.kernelTimeout
    self.mode = mode
    self.limit = limit
    self.pci32 = pci32
    self.magazine = magazine
    self.failMagazine = failMagazine
  }

  /// Makes the rings and the timer the kernel's own.
  mutating func takeKernelSizes() {
    ringSize = queue.kernelRingSize
    timeout = queue.kernelTimeout
  }
}

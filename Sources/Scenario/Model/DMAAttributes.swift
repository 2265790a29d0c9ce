// SPDX-License-Identifier: GPL-2.0-only

/// `DMA_ATTR_*` of one buffer; bits are the subject ABI's `enum iopt_attr`.
public struct DMAAttributes: OptionSet, Codable, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Not memory: mapped with `IOMMU_MMIO` in place of `IOMMU_CACHE`.
  public static let mmio = DMAAttributes(rawValue: 1 << 0)
  /// No bounce buffer may stand in for it; changes nothing about the mapping.
  public static let requireCoherent = DMAAttributes(rawValue: 1 << 1)
  /// Mapped with `IOMMU_PRIV`.
  public static let privileged = DMAAttributes(rawValue: 1 << 2)

  /// The word of each bit, by bit number, which is the order of canonical text.
  public static let names: [StaticString] = ["mmio", "require_coherent", "privileged"]
}

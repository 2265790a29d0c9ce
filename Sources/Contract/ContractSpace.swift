// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

/// Which IOVAs a domain takes by its contract, and what makes two of them the same one.
public struct ContractSpace: Sendable {
  /// Where a range lies.
  enum Placement: Equatable {
    case inside
    /// Outside by the contract, but taken by the check that is one bit short.
    case alias
    case outside
  }

  /// Input address width, bits.
  private let width: Int
  private let signExtends: Bool
  private let canonical: CanonicalAddresses
  /// Bits that the walk decodes: the width, or the top's entry where that is wider than the space.
  /// Below the top, addresses count as they are.
  private let decoded: Int
  /// The last address of the aperture, or of its lower half.
  private let last: UInt64

  init(_ info: DomainInfo) {
    width = info.va
    signExtends = info.features.contains(.signExtend)
    canonical = CanonicalAddresses(width: width, signExtends: signExtends)
    decoded = max(width, TableEntry.itemLog2(info.level))
    last = info.last
  }

  /// Bits of an address that lie within the space.
  private var mask: UInt64 { Self.ones(width) }

  private static func ones(_ bits: Int) -> UInt64 { bits >= 64 ? .max : (1 << UInt64(bits)) - 1 }

  /// The address without the bits that only repeat its sign.
  public func key(_ iova: UInt64) -> UInt64 { signExtends ? iova & Self.ones(decoded) : iova }

  /// The address of a key: the canonical one, unless the key is an address of its own in the hole.
  public func iova(_ key: UInt64) -> UInt64 {
    guard signExtends else { return key }
    let isUpper = decoded > width ? key >> UInt64(decoded - 1) != 0 : key > last
    return isUpper ? key | ~Self.ones(decoded) : key
  }

  func placement(_ first: UInt64, _ end: UInt64) -> Placement {
    guard signExtends else { return end <= last ? .inside : .outside }
    if canonical.contains(first, through: end) { return .inside }
    let upper: UInt64 = first > last ? ~mask : 0
    return first & ~mask == upper && end & ~mask == upper ? .alias : .outside
  }
}

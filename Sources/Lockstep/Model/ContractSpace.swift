// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// Which IOVAs a domain takes by its contract, and what makes two of them the same one.
struct ContractSpace {
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
  /// The last address of the aperture, or of its lower half.
  private let last: UInt64

  init(_ info: DomainInfo) {
    width = info.va
    signExtends = info.features.contains(.signExtend)
    last = info.last
  }

  /// Bits of an address that choose a translation.
  private var mask: UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

  /// The address without the bits that only repeat its sign.
  func key(_ iova: UInt64) -> UInt64 { signExtends ? iova & mask : iova }

  /// The canonical address of a key.
  func iova(_ key: UInt64) -> UInt64 { signExtends && key > last ? key | ~mask : key }

  func placement(_ first: UInt64, _ end: UInt64) -> Placement {
    guard signExtends else { return end <= last ? .inside : .outside }
    if end <= last || first >= ~last { return .inside }
    let upper: UInt64 = first > last ? ~mask : 0
    return first & ~mask == upper && end & ~mask == upper ? .alias : .outside
  }
}

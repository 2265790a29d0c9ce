// SPDX-License-Identifier: GPL-2.0-only

/// What a command is guaranteed to remove from an IOMMU's caches. All that it does not name may stay.
public struct Reach: Equatable, Sendable {
  /// Which cached leaves go.
  public enum Leaves: UInt8, Sendable {
    case none
    /// Each of which any byte lies in the range.
    case touching
    /// Each that lies in the range wholly.
    case within
    /// Each that holds one of the addresses `first`, `first + stride`, … up to `last`.
    case holdingAddress
  }

  /// Which cached pointers to tables go: those on the way to what the leaves' rule names.
  public enum Pointers: UInt8, Sendable {
    case none
    /// At every level.
    case all
  }

  /// IOVAs, both ends inclusive. Ignored where `isEverything`.
  public var first: UInt64
  public var last: UInt64
  /// Between addresses, for ``Leaves/holdingAddress`` alone.
  public var stride: UInt64
  public var leaves: Leaves
  public var pointers: Pointers
  /// All of the domain goes, at any address.
  public var isEverything: Bool
  /// It is a device's cache that this reaches, not the IOMMU's.
  public var isDeviceTLB: Bool
  /// What a device's own entry says of its table goes: where walks begin, and how high.
  public var holdsRoot = false

  /// A range.
  public init(
    _ first: UInt64, _ last: UInt64, stride: UInt64 = 0, leaves: Leaves = .touching,
    pointers: Pointers = .none, isDeviceTLB: Bool = false
  ) {
    self.first = first
    self.last = last
    self.stride = stride
    self.leaves = leaves
    self.pointers = pointers
    isEverything = false
    self.isDeviceTLB = isDeviceTLB
  }

  /// The first of the addresses `first`, `first + stride`, … that is not below this one; nil without one.
  @inline(__always)
  func address(from iova: UInt64) -> UInt64? {
    if iova <= first { return first }
    guard stride > 0 else { return nil }
    let steps = (iova - first + stride - 1) / stride
    let (address, overflow) = first.addingReportingOverflow(steps &* stride)
    return overflow ? nil : address
  }

  private init(everythingIn isDeviceTLB: Bool) {
    self.init(0, .max, pointers: .all, isDeviceTLB: isDeviceTLB)
    isEverything = true
  }

  /// All that the IOMMU has cached of the domain.
  public static let everything = Reach(everythingIn: false)
  /// All that the devices have.
  public static let allDevices = Reach(everythingIn: true)
  /// Where walks begin, and nothing else.
  public static let root: Reach = {
    var reach = nothing
    reach.holdsRoot = true
    return reach
  }()
  /// Nothing for certain.
  public static let nothing = Reach(0, 0, leaves: .none)
}

// SPDX-License-Identifier: GPL-2.0-only

/// Some of a scenario's gathers, by their numbers. Negative numbers name none.
public struct GatherSet: Sendable {
  private var bits: UInt32 = 0

  /// None of them.
  public init() {}

  /// Whether it is one of them.
  public func contains(_ gather: Int32) -> Bool { gather >= 0 && bits >> UInt32(gather) & 1 != 0 }

  /// Adds one; `gather` is not negative.
  public mutating func insert(_ gather: Int32) { bits |= 1 << UInt32(gather) }

  /// Takes one out; `gather` is not negative.
  public mutating func remove(_ gather: Int32) { bits &= ~(1 << UInt32(gather)) }
}

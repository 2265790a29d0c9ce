// SPDX-License-Identifier: GPL-2.0-only

/// Some of a scenario's gathers, by their numbers. Negative numbers name none.
struct GatherSet {
  private var bits: UInt32 = 0

  func contains(_ gather: Int32) -> Bool { gather >= 0 && bits >> UInt32(gather) & 1 != 0 }

  mutating func insert(_ gather: Int32) { bits |= 1 << UInt32(gather) }

  mutating func remove(_ gather: Int32) { bits &= ~(1 << UInt32(gather)) }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Invalidations that were put off, and the tables that wait for them
/// (`struct iommu_iotlb_gather`).
public struct Gather {
  /// The first byte of the range; above ``last`` when nothing was gathered.
  public private(set) var start = UInt64.max
  /// Inclusive.
  public private(set) var last: UInt64 = 0
  /// Whether a flush queue takes it: everything is flushed later.
  public private(set) var queued: Bool
  /// Tables that may go back once the range was invalidated.
  public internal(set) var tables = TableList()

  public init(queued: Bool = false) { self.queued = queued }

  /// Hands the tables over.
  public mutating func takeTables() -> TableList {
    defer { tables = TableList() }
    return tables
  }

  /// Whether a range would leave a hole between itself and what was gathered. At the very top of
  /// the address space the sums wrap, as the kernel's do.
  @inline(__always)
  func isDisjoint(_ iova: UInt64, _ length: UInt64) -> Bool {
    last != 0 && (iova &+ length < start || iova > last &+ 1)
  }

  @inline(__always)
  mutating func add(_ iova: UInt64, _ length: UInt64) {
    start = min(start, iova)
    last = max(last, iova &+ length &- 1)
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Levels of a table, a bit each.
public struct GatheredLevels {
  /// Where leaves were unmapped.
  public internal(set) var leaves: UInt8 = 0
  /// Where entries were removed that pointed at tables.
  public internal(set) var tables: UInt8 = 0

  @inline(__always)
  mutating func addLeaf(level: Int) { leaves |= 1 &<< UInt8(truncatingIfNeeded: level) }

  @inline(__always)
  mutating func addTable(level: Int) { tables |= 1 &<< UInt8(truncatingIfNeeded: level) }

  @inline(__always)
  mutating func add(_ other: GatheredLevels) {
    leaves |= other.leaves
    tables |= other.tables
  }
}

/// Invalidations that were put off, and the tables that wait for them
/// (`struct iommu_iotlb_gather`).
public struct Gather {
  /// The first byte of the range; above ``last`` when nothing was gathered.
  public private(set) var start = UInt64.max
  /// Inclusive.
  public private(set) var last: UInt64 = 0
  /// Whether a flush queue takes it: everything is flushed later.
  public private(set) var queued: Bool
  /// Levels at which leaves were unmapped, a bit each, and those of entries that pointed at tables
  /// which were removed. Collected with ``FeatureSet/detailedGather`` alone.
  public internal(set) var levels = GatheredLevels()
  /// Base-2 logarithm of the pages that were gathered one by one (`pgsize`); 0: none was.
  private(set) var pageLog2 = 0
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

  /// Whether pages of another size, or apart from what was gathered, need a gather of their own
  /// (`iommu_iotlb_gather_add_page()`).
  func refuses(pageAt iova: UInt64, log2: Int) -> Bool {
    pageLog2 != 0 && pageLog2 != log2 || isDisjoint(iova, power(of: log2))
  }

  /// Adds so many pages that lie one after the other.
  mutating func add(pagesAt iova: UInt64, log2: Int, count: Int) {
    pageLog2 = log2
    add(iova, UInt64(count) &<< UInt64(log2))
  }

  @inline(__always)
  mutating func add(_ iova: UInt64, _ length: UInt64) {
    start = min(start, iova)
    last = max(last, iova &+ length &- 1)
  }
}

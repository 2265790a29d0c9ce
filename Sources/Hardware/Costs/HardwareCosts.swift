// SPDX-License-Identifier: GPL-2.0-only

/// What calls of a page table and of a DMA layer cost behind a driver: numbers alone, that can be added
/// up. ``CostMeter`` says what each is.
public struct HardwareCosts: BitwiseCopyable, Codable, Equatable, Sendable {
  // What was asked for.

  /// Commands to the IOMMU and to devices.
  public var commands: UInt64 = 0
  /// Driver calls that sent any, and waited.
  public var waits: UInt64 = 0
  /// Bytes that commands named, those for everything left out; the largest number where they are more.
  public var bytesInvalidated: UInt64 = 0
  /// Commands for everything.
  public var wholeInvalidations: UInt64 = 0
  /// Bytes of which the translation was another afterwards.
  public var bytesChanged: UInt64 = 0

  // What was lost.

  /// Pointers to tables, and leaves.
  public var pointersLost: UInt64 = 0
  public var leavesLost: UInt64 = 0

  // What a hypervisor had to do.

  /// Traps, and entries that it read again.
  public var traps: UInt64 = 0
  public var rereads: UInt64 = 0

  // Memory.

  /// Ranges of table memory that were written back.
  public var writeBacks: UInt64 = 0
  /// Empty tables in the end.
  public var tablesKept: UInt64 = 0
  /// Buffers that waited for a flush.
  public var window = WindowCount()

  /// Nothing so far.
  public init() {}

  /// Adds what another run cost. Of what is longest the longer one counts.
  public static func += (sum: inout HardwareCosts, other: HardwareCosts) {
    sum.commands &+= other.commands
    sum.waits &+= other.waits
    sum.invalidate(other.bytesInvalidated)
    sum.wholeInvalidations &+= other.wholeInvalidations
    sum.bytesChanged &+= other.bytesChanged
    sum.pointersLost &+= other.pointersLost
    sum.leavesLost &+= other.leavesLost
    sum.traps &+= other.traps
    sum.rereads &+= other.rereads
    sum.writeBacks &+= other.writeBacks
    sum.tablesKept &+= other.tablesKept
    sum.window += other.window
  }

  /// Adds bytes that a command named.
  mutating func invalidate(_ bytes: UInt64) {
    let (total, overflow) = bytesInvalidated.addingReportingOverflow(bytes)
    bytesInvalidated = overflow ? .max : total
  }
}

/// What things cost behind one driver.
public struct DriverCosts: Codable, Equatable, Sendable {
  /// The driver's name.
  public var driver: String
  /// What was counted.
  public var costs: HardwareCosts

  /// Costs behind a driver.
  public init(driver: String, costs: HardwareCosts) {
    self.driver = driver
    self.costs = costs
  }
}

extension [DriverCosts] {
  /// Adds what was counted behind a driver.
  public mutating func add(_ costs: HardwareCosts, behind name: @autoclosure () -> String) {
    guard costs != HardwareCosts() else { return }
    let driver = name()
    if let index = firstIndex(where: { $0.driver == driver }) {
      self[index].costs += costs
    } else {
      append(DriverCosts(driver: driver, costs: costs))
    }
  }
}

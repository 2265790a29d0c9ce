// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What stands between the page table and the hardware, in two halves: the commands that the kernel's
/// driver sends, computed as its code computes them, and what the specification promises of each.
/// Neither half knows the other.
public protocol Driver: Sendable {
  /// What `driver=` and `--driver` call it.
  var name: String { get }

  /// Appends the commands that the driver sends when the page table calls it, in their order. It
  /// waits for all of them before it returns.
  func send(_ call: DriverCall, to commands: borrowing CommandList)

  /// What is certainly gone when a command has completed.
  func reach(of command: Command) -> Reach

  /// The command as reports show it, such as `IOTINVAL.VMA ADDR=0x1000 NL`.
  func text(of command: Command) -> String

  /// Whether the hardware may cache that an address is not mapped, so that mapping it needs a command
  /// too.
  var cachesAbsence: Bool { get }

  /// Whether devices cache translations of their own (ATS), removed by commands of their own only.
  var hasDeviceTLB: Bool { get }

  /// Whether the hardware caches where a device's walks begin, and how high, apart from pointers: a top
  /// that grows needs a command of its own.
  var cachesRoot: Bool { get }

  /// Whether a sync becomes a command for each step of the lowest level that the gather names, from where
  /// its range begins.
  var goesByLevels: Bool { get }

  /// How often a hypervisor has to step in for the command.
  func traps(of command: Command) -> UInt64
}

extension Driver {
  public var cachesAbsence: Bool { false }
  public var hasDeviceTLB: Bool { false }
  public var cachesRoot: Bool { false }
  public var goesByLevels: Bool { false }

  /// Only what keeps a shadow of the tables caches absence; it is told command by command.
  public func traps(of command: Command) -> UInt64 { cachesAbsence ? command.count : 0 }

  /// How many entries of the smallest page a hypervisor reads again for the command; nil where it is
  /// the whole table.
  public func rereads(of command: Command) -> UInt64? {
    let reach = reach(of: command)
    guard traps(of: command) != 0, !reach.isDeviceTLB, reach.leaves != .none else { return 0 }
    if reach.isEverything || reach.first == 0 && reach.last == .max { return nil }
    if reach.leaves == .holdingAddress { return command.count }
    return reach.last >> 12 - reach.first >> 12 + 1
  }
}

/// What the page table asks of its driver.
public enum DriverCall: Equatable, Sendable {
  /// `iotlb_sync`.
  case sync(Gathered)
  /// `flush_iotlb_all`.
  case flushAll
  /// `iotlb_sync_map`: from `first` on, `length` bytes were mapped.
  case syncMap(first: UInt64, length: UInt64)
  /// `change_top`: the table that the walk begins with, and its level.
  case changeTop(pa: UInt64, level: Int)
}

/// What `iotlb_sync` is given.
public struct Gathered: Equatable, Sendable {
  /// The range, both ends inclusive.
  public var first: UInt64
  public var last: UInt64
  /// Bitmaps of the levels at which leaves were unmapped and tables removed; 0 where the page table
  /// does not say.
  public var leafLevels: UInt8
  public var tableLevels: UInt8
  /// Whether the gather's list of tables to be freed holds any.
  public var freesTables: Bool

  /// It is all of the address space.
  var isEverything: Bool { first == 0 && last == .max }

  /// A range with what is known of it.
  public init(
    first: UInt64, last: UInt64, leafLevels: UInt8 = 0, tableLevels: UInt8 = 0,
    freesTables: Bool = false
  ) {
    self.first = first
    self.last = last
    self.leafLevels = leafLevels
    self.tableLevels = tableLevels
    self.freesTables = freesTables
  }
}

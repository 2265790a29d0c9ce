// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// A format that nobody builds, for ToyFormatTests: three levels, pages of 4 KiB and 2 MiB.
enum Toy: PageTableFormat {
  private static let used: UInt64 = 1 << 0
  private static let page: UInt64 = 1 << 1
  private static let read: UInt64 = 1 << 2
  private static let write: UInt64 = 1 << 3
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  /// No name of the ABI's: four have one.
  @inline(__always) static var number: iopt_format { iopt_format(rawValue: 4) }
  @inline(__always) static var widestInput: Int { 39 }
  @inline(__always) static var widestOutput: Int { 52 }
  @inline(__always) static var highestLevel: Int { 2 }
  @inline(__always) static var features: FeatureSet { [.flushRange] }

  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { level <= 1 }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry & used == 0 { return .empty }
    return entry & page == 0 ? .table : .leaf
  }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    used | page | output & address | attributes
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    used | table & address
  }

  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    bits = protection & IOPT_PROT_READ.rawValue != 0 ? read : 0
    if protection & IOPT_PROT_WRITE.rawValue != 0 { bits |= write }
    return .done
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    guard configuration.va_lg2 > 30 else { return .notSupported }
    limits.topLevel = highestLevel
    limits.outputLog2 = min(limits.outputLog2, widestOutput)
    return .done
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// VT-d second stage (Intel Virtualization Technology for Directed I/O, section 3.7 and the
/// second-stage paging entries of section 9.8). There is no present bit: a word that is not zero is
/// an entry.
enum VTDSecondStage: PageTableFormat {
  private static let read: UInt64 = 1 << 0
  private static let write: UInt64 = 1 << 1
  private static let pageSize: UInt64 = 1 << 7
  private static let dirty: UInt64 = 1 << 9
  /// Bit 10 is ignored by hardware.
  private static let software: UInt64 = 1 << 10
  private static let snoop: UInt64 = 1 << 11
  private static let address: UInt64 = 0x000f_ffff_ffff_f000

  @inline(__always) static var widestInput: Int { 57 }
  @inline(__always) static var widestOutput: Int { 52 }
  @inline(__always) static var highestLevel: Int { 4 }
  @inline(__always) static var features: FeatureSet {
    [.flushRange, .vtdssCoherence, .vtdssWriteable, .dmaIncoherent]
  }
  @inline(__always) static var tracksDirty: Bool { true }
  @inline(__always) static var writtenBackBit: UInt64 { software }
  @inline(__always) static var dirtyBit: UInt64 { dirty }

  @inline(__always)
  static func canHaveLeaf(level: Int) -> Bool { level <= 2 }

  @inline(__always)
  static func kind(of entry: UInt64, level: Int) -> EntryKind {
    if entry == 0 { return .empty }
    return level == 0 || (canHaveLeaf(level: level) && entry & pageSize != 0) ? .leaf : .table
  }

  @inline(__always)
  static func tableAddress(_ entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func output(ofLeaf entry: UInt64, _ context: EntryContext) -> UInt64 { entry & address }

  @inline(__always)
  static func leaf(
    output: UInt64, sizeLog2: Int, level: Int, attributes: UInt64, _ context: EntryContext
  ) -> UInt64 {
    output & address | attributes | (level == 0 ? 0 : pageSize)
  }

  @inline(__always)
  static func link(to table: UInt64, level: Int, _ context: EntryContext) -> UInt64 {
    read | write | table & address
  }

  @inline(__always)
  static func attributes(
    _ protection: UInt32, _ context: EntryContext, into bits: inout UInt64
  ) -> Status {
    let isWriteable = protection & IOPT_PROT_WRITE.rawValue != 0
    if context.features.contains(.vtdssWriteable), !isWriteable { return .invalid }
    bits = isWriteable ? write : 0
    if protection & IOPT_PROT_READ.rawValue != 0 { bits |= read }
    if context.features.contains(.vtdssCoherence) { bits |= snoop }
    return .done
  }

  static func initialize(
    _ configuration: borrowing iopt_config, isDynamic: Bool, into limits: inout Limits
  ) -> Status {
    guard (2...4).contains(configuration.top) else { return .notSupported }
    limits.topLevel = Int(configuration.top)
    return .done
  }
}

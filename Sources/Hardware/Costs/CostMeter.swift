// SPDX-License-Identifier: GPL-2.0-only

/// One thing that is counted: a sibling of a property, which may be any number.
public struct CostMeter: Sendable {
  /// What reports call it.
  public let name: String
  /// What one is.
  public let unit: String
  /// What is counted, in a sentence.
  public let definition: String
  /// The number.
  public let value: @Sendable (HardwareCosts) -> UInt64

  init(
    _ name: String, _ unit: String, _ definition: String,
    _ value: @escaping @Sendable (HardwareCosts) -> UInt64
  ) {
    (self.name, self.unit, self.definition, self.value) = (name, unit, definition, value)
  }

  /// All of them, in the order of reports.
  public static let all = [
    CostMeter(
      "commands", "commands",
      "What the driver sent to the IOMMU and to devices' TLBs, each of a row of addresses by itself."
    ) { $0.commands },
    CostMeter(
      "waits", "waits",
      "Calls of the driver that sent a command, and waited for all that they sent."
    ) { $0.waits },
    CostMeter(
      "whole-invalidations", "commands", "Commands to the IOMMU for everything of the domain."
    ) { $0.wholeInvalidations },
    CostMeter(
      "bytes-invalidated", "bytes",
      "Bytes of address space that the other commands to the IOMMU name."
    ) { $0.bytesInvalidated },
    CostMeter(
      "bytes-changed", "bytes",
      "Bytes of address space of which a table word says another translation, or clean for dirty; where"
        + " absence is cached, those that were mapped too."
    ) { $0.bytesChanged },
    CostMeter(
      "pointers-lost", "entries",
      "Pointers to tables that commands removed from the walk caches and that are still right, as if"
        + " each had been cached; once a wait."
    ) { $0.pointersLost },
    CostMeter(
      "leaves-lost", "entries",
      "Translations that commands removed from the IOTLB and that are still right, as if each had been"
        + " cached; once a wait."
    ) { $0.leavesLost },
    CostMeter(
      "traps", "traps", "How often a hypervisor that keeps a shadow of the tables has to step in."
    ) { $0.traps },
    CostMeter(
      "rereads", "entries",
      "Entries of the smallest page that it reads again; for the whole table, the translations there are."
    ) { $0.rereads },
    CostMeter(
      "write-backs", "ranges",
      "Ranges of table memory that were written back for a walker that does not snoop."
    ) { $0.writeBacks },
    CostMeter(
      "tables-kept", "tables",
      "Tables that translate nothing and are linked when the scenario ends."
    ) { $0.tablesKept },
    CostMeter(
      "window-ranges", "ranges",
      "Ranges that were unmapped into a flush queue, their buffers within the device's reach meanwhile."
    ) { $0.window.ranges },
    CostMeter("window-bytes", "bytes", "Bytes of those that may be cached.") { $0.window.bytes },
    CostMeter(
      "window-longest", "ms", "The longest time from such an unmap's return to the flush."
    ) { $0.window.longest },
    CostMeter(
      "window-byte-ms", "byte-ms", "Bytes times that time, of all of them."
    ) { $0.window.byteMilliseconds },
  ]
}

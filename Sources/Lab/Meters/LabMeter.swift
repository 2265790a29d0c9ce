// SPDX-License-Identifier: GPL-2.0-only

/// One thing that a comparison counts.
public struct LabMeter: Sendable {
  /// What reports, `--meter` and cost tables call it.
  public let name: String
  /// What one is.
  public let unit: String
  /// What is counted, in a sentence.
  public let definition: String
  /// Whether less is better; else it says what was asked for.
  public let isRanked: Bool
  /// The number.
  public let value: @Sendable (LabCounts) -> UInt64

  init(
    _ name: String, _ unit: String, _ definition: String, isRanked: Bool = true,
    _ value: @escaping @Sendable (LabCounts) -> UInt64
  ) {
    (self.name, self.unit, self.definition, self.value) = (name, unit, definition, value)
    self.isRanked = isRanked
  }

  /// All of them, in the order of reports. Documentation/compare.md has the same list.
  public static let all: [LabMeter] = asked + hardware + tables + queues

  /// Counted where it was asked for only: it needs valgrind.
  public static let unmapInstructions = LabMeter(
    "unmap-instructions", "instructions",
    "Instructions of one unmap in the subject and the call of it, on average of the first unmaps of a"
      + " run (--instructions), rounded down."
  ) { $0.unmapInstructions }

  /// A meter by its name.
  public static func named(_ name: String) -> LabMeter? { all.first { $0.name == name } }

  private static let asked = [
    LabMeter("maps", "maps", "Mappings that were asked for; no rank.", isRanked: false) { $0.maps },
    LabMeter("unmaps", "unmaps", "Unmaps that were asked for; no rank.", isRanked: false) {
      $0.unmaps
    },
  ]

  private static let hardware = [
    LabMeter("commands", "commands", "What the driver sent, each of a row of addresses by itself.")
    {
      $0.hardware.commands
    },
    LabMeter("waits", "waits", "Calls of the driver that sent a command, and waited for all.") {
      $0.hardware.waits
    },
    LabMeter("whole-invalidations", "commands", "Commands for everything of the domain.") {
      $0.hardware.wholeInvalidations
    },
    LabMeter("traps", "traps", "How often a hypervisor that keeps a shadow has to step in.") {
      $0.hardware.traps
    },
    LabMeter("rereads", "entries", "Entries of the smallest page that it reads again.") {
      $0.hardware.rereads
    },
    LabMeter(
      "bytes-invalidated", "bytes",
      "Bytes of address space that commands name, those for everything left out."
    ) { $0.hardware.bytesInvalidated },
    LabMeter(
      "bytes-changed", "bytes",
      "Bytes of address space whose translation became another; where absence is cached, also those"
        + " that were mapped."
    ) { $0.hardware.bytesChanged },
    LabMeter(
      "invalidated-per-changed", "hundredths",
      "bytes-invalidated for each byte of bytes-changed, in hundredths, rounded down."
    ) { $0.invalidatedPerChanged },
    LabMeter(
      "leaves-lost", "entries",
      "Translations that commands removed though they are right, as if each had been cached."
    ) { $0.hardware.leavesLost },
    LabMeter(
      "pointers-lost", "entries",
      "Pointers to tables that commands removed though they are right, once a wait."
    ) { $0.hardware.pointersLost },
    LabMeter("write-backs", "ranges", "Ranges of table memory written back for the walker.") {
      $0.hardware.writeBacks
    },
  ]

  private static let tables = [
    LabMeter("tables-allocated", "tables", "Table pages allocated.") { $0.tablesAllocated },
    LabMeter("tables-freed", "tables", "Table pages that went back to the allocator.") {
      $0.tablesFreed
    },
    LabMeter(
      "tables-wanted-again", "tables",
      "Tables linked for what a table translated that was unlinked at most N operations before"
        + " (--again N, 1000 where it is not said)."
    ) { $0.tablesWantedAgain },
    LabMeter("table-peak", "bytes", "Most bytes of tables that were allocated at a time.") {
      $0.tableBytesPeak
    },
    LabMeter("table-queued-peak", "bytes", "Most bytes of them that waited in queues.") {
      $0.tableBytesQueuedPeak
    },
  ]

  private static let queues = [
    LabMeter("queued", "ranges", "Ranges that went on a flush queue.") { $0.queued },
    LabMeter("flushes", "flushes", "Flushes of everything that the queues asked for.") {
      $0.flushes
    },
    LabMeter(
      "overflows", "flushes", "Of those, because a ring was full; the timer asked for the rest."
    ) {
      $0.overflows
    },
    LabMeter("largest-flush", "ranges", "Ranges that waited for the flush that most waited for.") {
      $0.largestFlush
    },
    LabMeter("iova-held-peak", "bytes", "Most bytes of IOVA that queues held at a time.") {
      $0.heldBytesPeak
    },
    LabMeter("iova-held-longest", "ms", "The longest that one range was held.") { $0.heldLongest },
    LabMeter(
      "window-bytes", "bytes",
      "Bytes whose unmap had returned while the device might still reach them."
    ) { $0.hardware.window.bytes },
    LabMeter("window-byte-ms", "byte-ms", "Those bytes times the time until a flush.") {
      $0.hardware.window.byteMilliseconds
    },
    LabMeter("map-failures", "maps", "Maps that failed.") { $0.failures },
  ]
}

extension LabCounts {
  var invalidatedPerChanged: UInt64 {
    guard hardware.bytesChanged > 0 else { return 0 }
    let (product, overflow) = hardware.bytesInvalidated.multipliedReportingOverflow(by: 100)
    return overflow ? .max : product / hardware.bytesChanged
  }
}

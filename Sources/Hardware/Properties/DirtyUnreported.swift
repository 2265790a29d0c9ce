// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension HardwareProperty {
  /// A page's change is lost.
  public static let dirtyUnreported = HardwareProperty(
    "dirty-unreported", "A dirty bit is cleared only when it is reported.")
}

extension HardwareJudge {
  /// Marks what the read that has returned cleared only a part of, or began inside.
  func markItems() {
    for index in 0..<cache.stale.count {
      let entry = cache.stale.elements.baseAddress! + index
      guard entry.pointee.kind == .dirty, entry.pointee.operation == state.number else { continue }
      let itemLog2 = TableEntry.itemLog2(Int(entry.pointee.level))
      entry.pointee.isOfItems =
        Int(entry.pointee.sizeLog2) > itemLog2 || entry.pointee.first < state.iova
      entry.pointee.wasReported = reported.overlaps(entry.pointee.first, entry.pointee.last)
    }
  }

  /// Each entry whose dirty bit was cleared lies in what was reported.
  func checkReported() {
    for entry in cache.stale.elements
    where entry.kind == .dirty && entry.operation == state.number
      && !reported.contains(entry.first, entry.last)
    {
      return found(
        .dirtyUnreported, "cleared",
        "the dirty bit of \(hex(entry.first)) to \(hex(entry.last)) was cleared and not reported",
        known: state.release < .linux7_3 && entry.isOfItems ? .dirtyItemUnreported : nil,
        of: entry)
    }
  }
}

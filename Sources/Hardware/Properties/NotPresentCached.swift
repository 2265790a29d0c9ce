// SPDX-License-Identifier: GPL-2.0-only
import Log

extension HardwareProperty {
  /// A device faults on what is mapped.
  public static let notPresentCached = HardwareProperty(
    "not-present-cached",
    "What was mapped is there for the hardware when its map has returned, or the sync of its two-step"
      + " range: reached from the top that the driver was told, and cached as absent no more.")
}

extension HardwareJudge {
  /// Whether a sync of a part of a two-step range is what was to remove it.
  func isPromisedToBePresent(_ entry: StaleEntry) -> Bool {
    guard let part = state.syncedPart, !state.isSkipped else { return false }
    guard entry.first <= part.last, entry.last >= part.first else { return false }
    if entry.goesWithPointers { return true }
    // Of a leaf that is larger than what was synced, in whole pages, nobody has asked for all.
    let page = (state.pageSizes & (0 &- state.pageSizes)) &- 1
    let first = part.first & ~page
    let mask: UInt64 = (1 << UInt64(min(entry.sizeLog2, 63))) - 1
    let start = max(entry.first, (first &+ mask) & ~mask)
    let (last, overflow) = start.addingReportingOverflow(mask)
    return start >= first && !overflow && last <= min(entry.last, part.last | page)
  }

  /// What was mapped with success is reached by walks that begin where the driver was told.
  func checkReached() {
    guard let wanted = state.wanted, ResultRecord.errno(state.result) == nil else { return }
    // Past the width of physical addresses an entry may be none.
    let isWithin = state.outputWidth >= 64 || asked.highest >> UInt64(state.outputWidth) == 0
    for iova in [wanted.first, isWithin ? wanted.last : wanted.first]
    where cache.translation(of: iova) == nil {
      return found(
        .notPresentCached, "out of reach",
        "\(hex(iova)) was mapped, and walks that begin with the table at"
          + " \(hex(ArenaLayout.address(ofSlot: cache.top))) do not reach it", mapped: iova)
    }
  }
}

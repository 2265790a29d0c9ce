// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

extension HardwareProperty {
  /// Later writes go unrecorded.
  public static let staleDirty = HardwareProperty(
    "stale-dirty",
    "An entry whose dirty bit was cleared is cached as dirty no more when that has been synced.")
}

extension HardwareJudge {
  /// The finding that a dirty bit which may be cached belongs to, nil where it is new.
  func knownDirty(_ entry: StaleEntry) -> KnownClass? {
    guard entry.kind == .dirty else { return nil }
    // One that was not even gathered is something else.
    if entry.wasReachedUnwritten { return .dirtyClearNotWrittenBack }
    // What it reports, it gathers.
    if state.release < .linux7_3, entry.isOfItems, !entry.wasReported || isSyncedInPart(entry) {
      return .dirtyItemUnreported
    }
    guard driver.goesByLevels, state.features.contains(.detailedGather), let sync = state.lastSync,
      sync.first <= entry.first, sync.last >= entry.last
    else { return nil }
    return .dirtyWithoutLevels
  }

  /// A sync was asked of the driver for some of it: the item that is the code's own.
  private func isSyncedInPart(_ entry: StaleEntry) -> Bool {
    if entry.wasNamedInPart { return true }
    guard let sync = state.lastSync else { return false }
    return sync.first <= entry.last && sync.last >= entry.first
  }
}

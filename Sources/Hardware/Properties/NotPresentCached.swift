// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A device faults on what is mapped.
  public static let notPresentCached = HardwareProperty(
    "not-present-cached",
    "Where hardware caches what is absent, or how high a table that grows is, a new mapping is cached"
      + " as absent no more when its map has returned, or the sync of its two-step range.")
}

extension HardwareJudge {
  /// Whether a sync of a part of a two-step range is what was to remove it.
  func isPromisedToBePresent(_ entry: StaleEntry) -> Bool {
    guard let part = state.syncedPart, !state.isSkipped else { return false }
    return entry.first <= part.last && entry.last >= part.first
  }
}

// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// The driver was asked too early.
  public static let syncBeforeStore = HardwareProperty(
    "sync-before-store", "What is invalidated was cleared before.")
}

extension HardwareJudge {
  /// All that was asked for in the operation came before the word was changed.
  func isChangedBehindSyncs(_ entry: StaleEntry) -> Bool {
    entry.operation == state.number && entry.callsBefore == cache.calls
  }
}

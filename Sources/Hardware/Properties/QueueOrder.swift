// SPDX-License-Identifier: GPL-2.0-only

extension HardwareProperty {
  /// A flush queue gave back what it had not flushed.
  public static let queueOrder = HardwareProperty(
    "queue-order", "What was queued goes back only after a flush that began after it was queued.")
}

extension HardwareJudge {
  /// A range comes back, which may have been queued.
  func checkFlushed(_ iova: UInt64, _ length: UInt64) {
    guard let index = queued.firstIndex(where: { $0.iova == iova && $0.length == length }) else {
      return
    }
    if queued[index].flushes == state.flushes {
      found(
        .queueOrder, "no flush",
        "\(hex(iova)) to \(hex(iova &+ (length &- 1))) went back, and nothing was flushed since it"
          + " was queued")
    }
    queued.remove(at: index)
  }
}

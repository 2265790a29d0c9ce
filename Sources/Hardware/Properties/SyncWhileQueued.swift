// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension HardwareProperty {
  /// What a flush queue was to invalidate was invalidated twice.
  public static let syncWhileQueued = HardwareProperty(
    "sync-while-queued", "Nothing is synced for a gather that a flush queue takes.")
}

extension HardwareJudge {
  /// `iotlb_sync` is called.
  func checkQueued(_ gathered: Gathered) {
    let range = "iotlb_sync of \(hex(gathered.first)) to \(hex(gathered.last))"
    if state.wasQueued, state.kind == IOPT_OP_UNMAP_FAST.rawValue {
      found(.syncWhileQueued, "a queued gather", range + " for a gather that a flush queue takes")
    } else if state.hasQueue, freesIOVA {
      found(
        .syncWhileQueued, "beside the flush queue",
        range + ", in a domain whose flush queue is in force")
    }
  }

  /// The operation takes down what was mapped and gives its IOVA back, for which there is the queue.
  /// Giving up a two-step range does so at once in 7.1 and 7.2 alone: 7.3 unlinks it first, synced.
  private var freesIOVA: Bool {
    switch iopt_op_kind(state.kind) {
    case IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG: true
    case IOPT_OP_DMA_IOVA_DESTROY: state.release < .linux7_3
    default: false
    }
  }
}

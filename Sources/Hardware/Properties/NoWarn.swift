// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension HardwareProperty {
  /// The code's own expectations were violated.
  public static let noWarn = HardwareProperty("no-warn", "Nothing warns.")
}

extension HardwareJudge {
  /// The operation has warned; of a page that it finds where the page sizes forbid it, that is told.
  func checkWarned() {
    guard state.hasWarned, !hasFound(.smallPageForbidden) else { return }
    found(.noWarn, "a warning", "the operation has warned", known: warnedOf)
  }

  /// A warning is logged: what was removed until then is what the code has seen.
  func takeWarning() {
    state.hasWarned = true
    state.removedAtWarning = 0
    for entry in cache.stale.elements
    where entry.kind == .leaf && entry.operation == state.number {
      state.removedAtWarning &+= entry.last &- entry.first &+ 1
    }
  }

  /// What the code warns of where its caller asks for what there is not.
  private var warnedOf: KnownClass? {
    if state.pageSizes == 0 { return .noPageSize }
    let granule = state.pageSizes & (0 &- state.pageSizes)
    let isOfCaller =
      switch iopt_op_kind(state.kind) {
      case IOPT_OP_DMA_IOVA_ALLOC: state.length == 0 || state.length >> 63 != 0
      case IOPT_OP_DMA_IOVA_LINK: state.offset != 0 && state.pa & (granule - 1) != 0
      case IOPT_OP_DMA_IOVA_UNLINK: state.removedAtWarning != granules(granule)
      case IOPT_OP_DMA_IOVA_DESTROY where state.release >= .linux7_3:
        state.removedAtWarning != granules(granule)
      case IOPT_OP_DMA_UNMAP, IOPT_OP_DMA_UNMAP_PHYS_OR_SG:
        state.givenBack == 0 ? isOfNothing : state.removedAtWarning != state.givenBack
      case IOPT_OP_DMA_IOVA_DESTROY: state.removedAtWarning != state.givenBack
      default: false
      }
    return isOfCaller ? .callerWarned : nil
  }

  /// Bytes of the granules of a part of a two-step range.
  private func granules(_ granule: UInt64) -> UInt64 {
    let first = (handedOut(state.handle) ?? 0) &+ state.offset
    return (first &+ state.length &+ (granule - 1)) & ~(granule - 1) &- first & ~(granule - 1)
  }

  /// The buffer has no translation, or to address 0, which says the same.
  private var isOfNothing: Bool {
    guard let iova = handedOut(state.handle) else { return true }
    return (cache.translation(of: iova) ?? 0) == 0
  }
}

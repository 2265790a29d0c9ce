// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage
import SubjectABI

extension PageTableContract {
  /// From the start on, everything up to the first hole or the range's end goes; the result says
  /// how much.
  mutating func judgeUnmap(_ operation: iopt_op, _ answer: Answer) -> Verdict {
    let unmapped = answer.value
    let (end, wraps) = operation.iova.addingReportingOverflow(operation.len &- 1)
    guard operation.len > 0, !wraps else { return nothing(unmapped) }
    let placement = space.placement(operation.iova, end)
    let first = space.key(operation.iova)
    let last = first &+ (operation.len - 1)
    if placement == .outside { return nothing(unmapped) }
    let promised = mapped.run(from: first, to: last)
    let verdict = judgeLength(first, last, promised, unmapped)
    if case .broken = verdict { return verdict }
    if unmapped > 0 { remove(first, first &+ (unmapped - 1)) }
    if placement == .alias {
      return unmapped == 0 ? .kept : .departed(.signExtensionOneBitShort)
    }
    return verdict
  }

  private func nothing(_ unmapped: UInt64) -> Verdict {
    unmapped == 0 ? .kept : broken("0x0", hex(unmapped))
  }

  private func judgeLength(
    _ first: UInt64, _ last: UInt64, _ promised: UInt64, _ unmapped: UInt64
  ) -> Verdict {
    if unmapped == promised { return .kept }
    if unmapped == 0 {
      if mayLieBeyondTheTop(last) { return .departed(.rangeBeyondTheTop) }
      guard let cut = mapped.mapping(at: first), cut.first < first else {
        return broken(hex(promised), hex(unmapped))
      }
      return .departed(.startInsideAnEntry)
    }
    // More than that: the rest of the entry that the range's end cuts.
    guard unmapped > promised, promised == last &- first &+ 1,
      let cut = mapped.mapping(at: last), first &+ (unmapped - 1) <= cut.last,
      endsEntry(first &+ unmapped, cut: last &+ 1)
    else { return broken(hex(promised), hex(unmapped)) }
    return .departed(.wholeEntryRemoved)
  }

  /// Whether some page that the domain has ends at `end` (exclusive) and holds the address `cut`,
  /// not as its first one. A forbidden 4 KiB page is one that it has, too.
  private func endsEntry(_ end: UInt64, cut: UInt64) -> Bool {
    for bit in 12..<64 where bit == 12 || info.pageSizes >> UInt64(bit) & 1 != 0 {
      let size: UInt64 = 1 << UInt64(bit)
      if end & (size - 1) == 0, end &- cut < size { return true }
    }
    return false
  }

  private mutating func remove(_ first: UInt64, _ last: UInt64) {
    mapped.remove(first, last)
    marks.removeAll { first <= $0.key && $0.key <= last }
  }
}

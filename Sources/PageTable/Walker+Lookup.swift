// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension Walker {
  /// The address that `iova` translates to, 0 for none. Outside the table it is the errno, cast, in
  /// older releases.
  func lookUp(_ iova: UInt64) -> UInt64 {
    var status = Status.done
    guard let range = checkedRange(iova, 1, &status) else {
      return state.pointee.behaviours.contains(.zeroOutside) ? 0 : status.word
    }
    let cursor = descend(range)
    guard cursor.kind == .leaf else { return 0 }
    let sizeLog2 = leafItemsLog2(cursor) + cursor.itemLog2
    return Format.output(ofLeaf: cursor.entry, context) | range.first & ones(below: sizeLog2)
  }

  /// Marks the entry dirty as hardware would: one item of it.
  func setDirty(_ iova: UInt64) -> Status {
    guard Format.tracksDirty else { return .notSupported }
    var status = Status.done
    guard let range = checkedRange(iova, 1, &status) else { return status }
    let cursor = descend(range)
    guard cursor.kind == .leaf else { return .noEntry }
    let isSet = state.pointee.memory.exchange(
      cursor.words, cursor.index, expected: cursor.entry, with: cursor.entry | Format.dirtyBit,
      IOPT_ACQ_REL)
    return isSet ? .done : .again
  }

  /// Reports dirty ranges; unless `keep`, makes them clean and gathers them.
  func readAndClearDirty(
    _ gather: inout Gather, _ iova: UInt64, _ length: UInt64, keep: Bool
  ) -> Status {
    guard Format.tracksDirty else { return .notSupported }
    var status = Status.done
    guard var range = checkedRange(iova, length, &status) else { return status }
    readDirty(&range, range.table!, level: range.level, &gather, keep: keep)
    return .done
  }

  private func readDirty(
    _ range: inout WalkRange, _ words: TableWords, level: Int, _ gather: inout Gather, keep: Bool
  ) {
    var cursor = Cursor(words, level: level)
    begin(&cursor, range)
    while cursor.index < cursor.end {
      load(&cursor)
      if cursor.kind == .table {
        readDirty(&range, lowerTable(cursor), level: level - 1, &gather, keep: keep)
      } else if cursor.kind == .leaf {
        let itemsLog2 = leafItemsLog2(cursor)
        if Format.isDirty(words, index: cursor.index, itemsLog2: itemsLog2) {
          recordDirty(cursor, range, itemsLog2: itemsLog2, &gather, keep: keep)
        }
      }
      advance(&cursor, &range)
    }
  }

  /// Reports the leaf. Older releases report from the range's first address to the end of the entry,
  /// and of a contiguous one they leave the last item out: they take its number for one past the end.
  private func recordDirty(
    _ cursor: Cursor, _ range: WalkRange, itemsLog2: Int, _ gather: inout Gather, keep: Bool
  ) {
    var items = 1
    var start = range.first
    if state.pointee.behaviours.contains(.readsWholeLeaves) {
      items <<= itemsLog2
      start &= ~ones(below: itemsLog2 + cursor.itemLog2)
    } else if itemsLog2 != 0 {
      items = min(cursor.index | ((1 << itemsLog2) - 1), cursor.end) - cursor.index
    }
    let length = UInt64(truncatingIfNeeded: items) << UInt64(cursor.itemLog2)
    iopt_log2(domain.log, IOPT_EVENT_DIRTY.rawValue, start, length)
    if keep { return }
    let first = cursor.index & ~((1 << itemsLog2) - 1)
    for item in first..<(first + 1 << itemsLog2) {
      state.pointee.memory.store(cursor.words[item] & ~Format.dirtyBit, to: cursor.words, item)
    }
    gather.add(start, length)
  }
}

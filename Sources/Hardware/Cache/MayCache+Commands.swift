// SPDX-License-Identifier: GPL-2.0-only
import Log
import ScenarioLanguage

extension MayCache {
  /// A command has completed: what it is guaranteed to remove is gone, but what a walker can still read
  /// in memory is cached anew, and what the IOMMU may have a device can ask for again.
  func apply(_ reach: Reach) {
    if reach.holdsRoot { return removeRoots() }
    noteReached(reach)
    if reach.isEverything, !reach.isDeviceTLB { return removeAll() }
    // Thousands of entries may wait for a queue's flush, of which a command names none.
    if reach.leaves != .none, !stale.elements.contains(where: { isNear($0, reach) }) { return }
    if reach.pointers == .all, !reach.isDeviceTLB { removePointers(reach) }
    let count = stale.count
    for index in 0..<count {
      let entry = stale.elements[index]
      if entry.goesWithPointers || reach.leaves == .none || staysVisible(entry)
        || entry.isInIOMMU == reach.isDeviceTLB
      {
        keep(entry)
      } else {
        trim(entry, reach)
      }
    }
    stale.cut(to: 0)
    let kept = spill.elements
    if let start = kept.baseAddress, kept.count > 0 {
      stale.extend(by: kept.count).update(from: start, count: kept.count)
    }
    spill.cut(to: 0)
  }

  /// Notes which cleared dirty bits the command was for, though memory says otherwise still.
  private func noteReached(_ reach: Reach) {
    guard isIncoherent, !reach.isDeviceTLB else { return }
    guard reach.isEverything || reach.leaves != .none else { return }
    for index in 0..<stale.count {
      let entry = stale.elements.baseAddress! + index
      guard entry.pointee.kind == .dirty, entry.pointee.isUnwritten else { continue }
      if reach.isEverything || isNear(entry.pointee, reach) {
        entry.pointee.wasReachedUnwritten = true
      }
    }
  }

  /// Whether an entry lies within the command's range, at least in part: else it is not removed.
  @inline(__always)
  private func isNear(_ entry: StaleEntry, _ reach: Reach) -> Bool {
    entry.first <= reach.last && entry.last >= reach.first
  }

  /// Walks begin with the top that there is.
  private func removeRoots() {
    var kept = 0
    for index in 0..<stale.count {
      let entry = stale.elements[index]
      if entry.isOfRoot {
        if entry.kind == .pointer { tables[Int(entry.target)].stalePointers -= 1 }
      } else {
        stale.elements[kept] = entry
        kept += 1
      }
    }
    stale.cut(to: kept)
  }

  private func removeAll() {
    var staysReachable = false
    for entry in stale.elements where entry.kind == .pointer {
      if entry.isUnwritten || entry.isOfRoot {
        staysReachable = true
      } else {
        tables[Int(entry.target)].stalePointers -= 1
      }
    }
    if staysReachable { countHeldPointers() }
    var kept = 0
    for index in 0..<stale.count {
      let entry = stale.elements[index]
      let staysVisible = entry.isUnwritten || entry.isOfRoot || staysReachable && isReadAgain(entry)
      guard staysVisible || entry.isInDevice else { continue }
      stale.elements[kept] = entry
      if !staysVisible { stale.elements[kept].isInIOMMU = false }
      kept += 1
    }
    stale.cut(to: kept)
  }

  /// Where walkers still come to a table that was unlinked, what it points to may be cached anew, and so
  /// on: each such pointer was taken for gone. They come after the one that leads to their table.
  private func countHeldPointers() {
    for entry in stale.elements where entry.kind == .pointer && entry.isHeld {
      if isReadAgain(entry) { tables[Int(entry.target)].stalePointers += 1 }
    }
  }

  /// Whether it stands as it was in a table that walkers can still read.
  private func isReadAgain(_ entry: StaleEntry) -> Bool {
    entry.isHeld && isExposed(Int(entry.holder))
  }

  /// Whether the hardware can read it in memory, now, as it was, or in a device's entry.
  private func staysVisible(_ entry: StaleEntry) -> Bool {
    entry.isUnwritten || entry.isOfRoot || isReadAgain(entry)
  }

  /// In the order of their making: a table's pointer goes before those that are held through it.
  private func removePointers(_ reach: Reach) {
    var kept = 0
    for index in 0..<stale.count {
      let entry = stale.elements[index]
      if entry.goesWithPointers, !staysVisible(entry), isOnTheWay(entry, reach) {
        if entry.kind == .pointer { tables[Int(entry.target)].stalePointers -= 1 }
      } else {
        stale.elements[kept] = entry
        kept += 1
      }
    }
    stale.cut(to: kept)
  }

  private func isOnTheWay(_ entry: StaleEntry, _ reach: Reach) -> Bool {
    switch reach.leaves {
    case .none: true
    case .touching, .within: isNear(entry, reach)
    case .holdingAddress: holdsAddress(entry.first, entry.last, reach)
    }
  }

  /// Whether `reach` names an address from `first` to `last`.
  @inline(__always)
  func holdsAddress(_ first: UInt64, _ last: UInt64, _ reach: Reach) -> Bool {
    if last < reach.first || first > reach.last { return false }
    guard let address = reach.address(from: first) else { return false }
    return address <= min(last, reach.last)
  }

  // MARK: Leaves

  /// Keeps what the command need not remove of a run of leaves: each is one, but where a command says
  /// addresses. A walker may cache a leaf of several words by its words then, each for its own address
  /// (RISC-V Privileged Architecture, "Svnapot": implicit reads "may create address-translation cache
  /// entries" for any or all of them).
  private func trim(_ entry: StaleEntry, _ reach: Reach) {
    let leafLog2 = UInt64(min(entry.sizeLog2, 63))
    let itemLog2 = UInt64(TableEntry.itemLog2(Int(entry.level)))
    let size: UInt64 = 1 << (reach.leaves == .holdingAddress ? min(leafLog2, itemLog2) : leafLog2)
    let mask = ~(size - 1)
    guard entry.first <= reach.last, entry.last >= reach.first else {
      return keep(entry)
    }
    var entry = entry
    entry.wasNamedInPart = true
    switch reach.leaves {
    case .none: keep(entry)
    case .touching:
      cut(entry, reach.first & mask, reach.last | ~mask)
    case .within:
      let first = reach.first & ~mask == 0 ? reach.first : (reach.first | ~mask) &+ 1
      let isLastWhole = reach.last & ~mask == ~mask
      let last = isLastWhole ? reach.last : (reach.last & mask) &- 1
      guard first <= last, first >= reach.first, last <= reach.last else {
        return keep(entry)
      }
      cut(entry, first, last)
    case .holdingAddress where reach.stride <= size:
      cut(entry, reach.first & mask, reach.last | ~mask)
    case .holdingAddress: sieve(entry, reach, size)
    }
  }

  /// Keeps what lies outside of `first` to `last`, and for a device what the IOMMU has lost.
  private func cut(_ entry: StaleEntry, _ first: UInt64, _ last: UInt64) {
    lose(entry, first, last)
    if entry.first < first {
      var below = entry
      below.last = first - 1
      keep(below)
    }
    if entry.last > last {
      var above = entry
      above.first = last + 1
      above.pa &+= above.first &- entry.first
      keep(above)
    }
  }

  /// Addresses that are further apart than leaves are long leave some of them.
  private func sieve(_ entry: StaleEntry, _ reach: Reach, _ size: UInt64) {
    var rest = entry
    var next = reach.address(from: entry.first)
    while let address = next, address <= min(reach.last, entry.last) {
      let leaf = address & ~(size - 1)
      lose(entry, leaf, leaf + (size - 1))
      if leaf > rest.first {
        var below = rest
        below.last = leaf - 1
        keep(below)
      }
      guard leaf + (size - 1) < entry.last else { return }
      rest.pa = entry.pa &+ (leaf &+ size &- entry.first)
      rest.first = leaf + size
      let (sum, overflow) = address.addingReportingOverflow(reach.stride)
      next = overflow ? nil : sum
    }
    keep(rest)
  }

  /// One of the two caches has lost what lies in `first` to `last`; a device may have it still, where
  /// the IOMMU was who did.
  private func lose(_ entry: StaleEntry, _ first: UInt64, _ last: UInt64) {
    guard entry.isInIOMMU, entry.isInDevice else { return }
    var lost = entry
    lost.isInIOMMU = false
    if first > lost.first {
      lost.pa &+= first - lost.first
      lost.first = first
    }
    lost.last = min(last, lost.last)
    keep(lost)
  }

  private func keep(_ entry: StaleEntry) { spill.extend(by: 1).initialize(to: entry) }
}

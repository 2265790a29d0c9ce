// SPDX-License-Identifier: GPL-2.0-only

/// Tells address spaces of page-level events apart. The event does not name its domain: a process
/// that maps (a VFIO user) has one of its own; what an interrupt unmaps belongs to whoever mapped it;
/// what is mapped where something is mapped already belongs to another domain.
struct PageSpaces {
  /// What is mapped, and by which task; `age` is the number of loss marks before it.
  struct Mapping {
    var pa: UInt64
    var task: Int64
    var age: Int
    /// Of the first page of the mapping as it was made.
    var size: UInt64
  }

  private struct Space {
    var live = RangeIndex<Mapping>()
    /// Merged into; itself while it stands alone.
    var parent: Int
    /// The number that steps carry.
    var number: Int32
    /// The group of tasks that uses it.
    var owner: Int64
    var line: Int
  }

  private var spaces: [Space] = []
  /// Those that were not merged into another.
  private var alone: [Int] = []
  /// Where each task mapped last.
  private var lastOf: [Int64: Int] = [:]
  /// Spaces of each owner, the one that was used first in front.
  private var owned: [Int64: [Int]] = [:]
  /// Owners that turned out to be the same.
  private var same: [Int64: Int64] = [:]
  /// Marks of lost events so far.
  var age = 0
  private var sawUnmap = false
  private static let mostSpaces = 256

  /// What the kernel does for itself, in interrupts and threads of its own, has one owner.
  static let kernel: Int64 = -1

  /// Numbers of spaces that were made; the one that each was merged into.
  func merged(into roots: inout [Int32: Int32]) {
    for index in spaces.indices { roots[spaces[index].number] = spaces[root(index)].number }
  }

  private func root(_ index: Int) -> Int {
    var index = index
    while spaces[index].parent != index { index = spaces[index].parent }
    return index
  }

  /// Numbers of the spaces of a task.
  func spaces(of task: Int64) -> [Int32] { (owned[owner(task)] ?? []).map { spaces[$0].number } }

  private func owner(_ task: Int64) -> Int64 {
    var owner = task
    while let next = same[owner] { owner = next }
    return owner
  }

  /// Finds the space of a map; unmaps that must have been lost are handed to `assume` first.
  mutating func map(
    _ step: Step, by task: Int64, _ tally: inout ImportTally, newNumber: () -> Int32,
    assume: (_ space: Int32, _ first: UInt64, _ last: UInt64) -> Void
  ) -> Int32 {
    let owner = owner(task)
    let candidates = owned[owner] ?? []
    let mapping = Mapping(pa: step.pa, task: task, age: age, size: step.size)
    let entry = RangeIndex<Mapping>.Entry(first: step.iova, last: step.last, value: mapping)
    if let last = lastOf[task].map(root), isFree(step, in: last) {
      spaces[last].live.insert(entry)
      return spaces[last].number
    }
    for index in candidates where isFree(step, in: index) {
      spaces[index].live.insert(entry)
      lastOf[task] = index
      return spaces[index].number
    }
    // In all of them something is mapped there: its unmap was lost, or this is another domain.
    if let index = candidates.first(where: { mustBeGone(spaces[$0], step) })
      ?? (spaces.count >= Self.mostSpaces ? candidates.first ?? 0 : nil)
    {
      for gone in spaces[index].live.remove(step.iova, step.last) {
        tally.assumedUnmaps += 1
        assume(spaces[index].number, max(gone.first, step.iova), min(gone.last, step.last))
      }
      spaces[index].live.insert(entry)
      return spaces[index].number
    }
    if !candidates.isEmpty {
      tally.splitSpaces += 1
      if tally.firstAmbiguous == 0 { tally.firstAmbiguous = step.line }
    }
    lastOf[task] = spaces.count
    return open(owner, entry, newNumber(), step.line)
  }

  private func isFree(_ step: Step, in index: Int) -> Bool {
    spaces[index].live.firstOverlap(step.iova, step.last) == nil
  }

  private mutating func open(
    _ owner: Int64, _ entry: RangeIndex<Mapping>.Entry?, _ number: Int32, _ line: Int
  ) -> Int32 {
    var space = Space(parent: spaces.count, number: number, owner: owner, line: line)
    if let entry { space.live.insert(entry) }
    owned[owner, default: []].append(spaces.count)
    alone.append(spaces.count)
    spaces.append(space)
    return number
  }

  /// Events were lost since it was mapped, or unmaps are not traced at all.
  private func mustBeGone(_ space: Space, _ step: Step) -> Bool {
    guard sawUnmap else { return true }
    guard let old = space.live.firstOverlap(step.iova, step.last) else { return false }
    return old.value.age < age
  }

  /// What becomes of an unmap.
  enum Unmapped {
    case space(Int32)
    /// Nothing there was seen mapped, though the kernel unmapped something.
    case unseen
  }

  /// Finds the space of an unmap.
  mutating func unmap(
    _ step: Step, by task: Int64, _ tally: inout ImportTally, newNumber: () -> Int32
  ) -> Unmapped {
    sawUnmap = true
    let owner = owner(task)
    var hits = (owned[owner] ?? []).filter {
      spaces[$0].live.firstOverlap(step.iova, step.last) != nil
    }
    if hits.isEmpty, step.extra == 0 {
      // The kernel found nothing there either.
      if let index = owned[owner]?.first { return .space(spaces[index].number) }
      return .space(open(owner, nil, newNumber(), step.line))
    }
    if hits.isEmpty {
      hits = alone.filter { spaces[$0].live.firstOverlap(step.iova, step.last) != nil }
    }
    guard let index = choose(hits, step, task, &tally) else { return .unseen }
    let number = spaces[index].number
    remove(step, from: index)
    if spaces[index].owner != owner { join(owner, spaces[index].owner) }
    return .space(number)
  }

  /// The space among several in which just this range was mapped, best by the same task.
  private func choose(
    _ hits: [Int], _ step: Step, _ task: Int64, _ tally: inout ImportTally
  ) -> Int? {
    if hits.count < 2 { return hits.first }
    let exact = hits.filter {
      let entry = spaces[$0].live.firstOverlap(step.iova, step.last)!
      return entry.first == step.iova && entry.last == step.last
    }
    if exact.count == 1 { return exact[0] }
    let among = exact.isEmpty ? hits : exact
    let own = among.filter {
      spaces[$0].live.firstOverlap(step.iova, step.last)!.value.task == task
    }
    if own.count == 1 { return own[0] }
    tally.ambiguousUnmaps += 1
    if tally.firstAmbiguous == 0 { tally.firstAmbiguous = step.line }
    return own.first ?? among.first
  }

  private mutating func remove(_ step: Step, from index: Int) {
    let size = step.extra
    guard size > 0 else { return }
    let (end, isLost) = step.iova.addingReportingOverflow(size - 1)
    spaces[index].live.remove(step.iova, isLost ? .max : end) { mapping, offset in
      var mapping = mapping
      mapping.pa &+= offset
      return mapping
    }
  }

  /// A task unmapped what another had mapped: they work on the same domains. Their spaces become
  /// one where nothing is mapped twice.
  private mutating func join(_ one: Int64, _ other: Int64) {
    let first = owner(one)
    let second = owner(other)
    if first == second { return }
    same[second] = first
    var kept = owned[first] ?? []
    for index in owned[second] ?? [] {
      spaces[index].owner = first
      if let into = kept.first(where: { !spaces[$0].live.overlaps(spaces[index].live) }) {
        merge(index, into)
      } else {
        kept.append(index)
      }
    }
    owned[second] = nil
    owned[first] = kept
  }

  private mutating func merge(_ index: Int, _ into: Int) {
    let moved = spaces[index].live
    spaces[index].live = RangeIndex()
    spaces[index].parent = into
    alone.removeAll { $0 == index }
    moved.forEach { spaces[into].live.insert($0) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// The last steps, held back until the `dma:*` event that belongs to them would have come: it stands
/// behind the page-level events of a mapping, and before or behind those of an unmapping.
struct StepWindow {
  /// Pages of one allocation are mapped one by one, with their `dma:*` event behind all of them.
  static let length = 1 << 14

  /// Events of a task that no other claimed, which may stand between an event and its own.
  private static let lookBack = 64

  private var steps: [Step] = []
  private var first = 0
  /// The number of the step that leaves next.
  private(set) var base = 0
  /// Numbers of page-level maps, and of unmaps, that no event claimed, by PID.
  private var maps: [Int32: [Int]] = [:]
  private var unmaps: [Int32: [Int]] = [:]
  /// Ranges that an event said will be unmapped next, by PID.
  private var expected: [Int32: [Expectation]] = [:]

  private struct Expectation {
    var first: UInt64
    var last: UInt64
    var space: Int32
    var device: UInt32
    /// Of the step that expects.
    var number: Int
  }

  var count: Int { steps.count - first }
  var isFull: Bool { count >= Self.length }

  mutating func append(_ step: Step) {
    var step = step
    let number = base + count
    if step.kind == .map {
      Self.note(number, step.pid, in: &maps, base)
    } else if step.kind == .unmap, !meetsExpectation(&step) {
      Self.note(number, step.pid, in: &unmaps, base)
    }
    steps.append(step)
  }

  private static func note(
    _ number: Int, _ pid: Int32, in table: inout [Int32: [Int]], _ base: Int
  ) {
    // More PIDs than a window has steps cannot have any in it.
    if table.count > length { table = table.filter { $0.value.last! >= base } }
    table[pid, default: []].append(number)
    if table[pid]!.count > 2 * length { table[pid]!.removeAll { $0 < base } }
  }

  /// Takes the oldest step out.
  mutating func pop() -> Step? {
    guard first < steps.count else { return nil }
    let step = steps[first]
    steps[first].pieces = nil
    first += 1
    base += 1
    if first > 2 * Self.length {
      steps.removeFirst(first)
      first = 0
    }
    return step
  }

  /// The page-level maps of a task in a range, which now belong to an event of that space.
  mutating func claimMaps(
    _ pid: Int32, _ from: UInt64, _ to: UInt64, _ space: Int32, _ event: TraceEvent
  ) -> [PageRun] {
    guard let numbers = maps[pid], !numbers.isEmpty else { return [] }
    var runs: [PageRun] = []
    var kept = numbers
    var index = kept.count - 1
    while index >= 0, kept[index] >= base {
      // They stand right in front of their event, but for what interrupts did meanwhile.
      if runs.isEmpty, kept.count - index > Self.lookBack { break }
      let place = first + kept[index] - base
      if steps[place].iova >= from, steps[place].last <= to, steps[place].size > 0 {
        claim(place, space, event)
        let step = steps[place]
        runs.append(PageRun(iova: step.iova, pa: step.pa, size: step.size))
        kept.remove(at: index)
        if step.iova == from { break }
      }
      index -= 1
    }
    maps[pid] = kept.isEmpty ? nil : kept
    return runs.reversed()
  }

  /// The page-level unmap of a task in a range: one that came already, or the one that will come.
  /// Returns whether one came.
  mutating func claimUnmap(
    _ pid: Int32, _ from: UInt64, _ to: UInt64, _ space: Int32, _ event: TraceEvent,
    comesLater: Bool
  ) -> Bool {
    if comesLater {
      var list = expected[pid] ?? []
      if list.count >= 8 { list.removeFirst() }
      list.append(
        Expectation(first: from, last: to, space: space, device: event.device, number: base + count)
      )
      if expected.count > Self.length { expected.removeAll() }
      expected[pid] = list
      return false
    }
    guard var numbers = unmaps[pid] else { return false }
    var index = numbers.count - 1
    while index >= 0, numbers[index] >= base, numbers.count - index <= Self.lookBack {
      let place = first + numbers[index] - base
      if steps[place].iova == from, steps[place].last == to {
        claim(place, space, event)
        numbers.remove(at: index)
        unmaps[pid] = numbers.isEmpty ? nil : numbers
        return true
      }
      index -= 1
    }
    return false
  }

  /// The last page-level unmap of a range that no event claimed yet, whoever did it.
  mutating func claimUnmapOfAny(
    _ from: UInt64, _ to: UInt64, _ space: Int32, _ event: TraceEvent
  ) -> Step? {
    var found: (pid: Int32, number: Int)?
    for (pid, numbers) in unmaps {
      let number = numbers.suffix(Self.lookBack).last {
        guard $0 >= base else { return false }
        let step = steps[first + $0 - base]
        return step.iova == from && step.last == to
      }
      if let number, number > found?.number ?? -1 { found = (pid, number) }
    }
    guard let found else { return nil }
    unmaps[found.pid]!.removeAll { $0 == found.number }
    if unmaps[found.pid]!.isEmpty { unmaps[found.pid] = nil }
    let place = first + found.number - base
    claim(place, space, event)
    return steps[place]
  }

  private mutating func claim(_ place: Int, _ space: Int32, _ event: TraceEvent) {
    steps[place].isClaimed = true
    steps[place].space = space
    steps[place].device = event.device
    steps[place].direction = event.direction
  }

  private mutating func meetsExpectation(_ step: inout Step) -> Bool {
    guard var list = expected[step.pid] else { return false }
    guard let index = list.lastIndex(where: { $0.first == step.iova && $0.last == step.last })
    else {
      return false
    }
    step.isClaimed = true
    step.space = list[index].space
    step.device = list[index].device
    let place = first + list[index].number - base
    if list[index].number >= base, place < steps.count { steps[place].hasPages = true }
    list.remove(at: index)
    expected[step.pid] = list.isEmpty ? nil : list
    return true
  }
}

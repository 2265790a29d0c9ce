// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Scenario
import SubjectABI

/// Finds the table words that an operation changed. It keeps a copy of a lane's tables; the lane's
/// store records say where to look, and ``unexplainedWord()`` proves that they told everything.
final class TableObserver {
  private let shadow: UnsafeMutablePointer<UInt64>
  private let lane: Lane
  /// Words written by the operation at hand, as half-open ranges counted from the arena's start.
  private let touched = WordRanges()
  private var shadowedSlots = 0

  private static let shadowBytes = Arena.slotCount * Arena.slotSize
  private static let wordsPerSlot = Arena.slotSize / 8

  init(_ lane: Lane) {
    self.lane = lane
    let mapped = mmap(
      nil, Self.shadowBytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      fatalError("cannot reserve \(Self.shadowBytes) bytes: errno \(errno)")
    }
    shadow = mapped.assumingMemoryBound(to: UInt64.self)
    lane.host.logsStores = true
  }

  deinit { munmap(shadow, Self.shadowBytes) }

  /// Forgets the scenario; call it before the lane clears its arena.
  func endScenario() {
    let bytes = max(shadowedSlots, lane.host.state.pointee.arena.used) * Arena.slotSize
    let kept = min(bytes, Arena.keptSlots * Arena.slotSize)
    memset(shadow, 0, kept)
    if bytes > kept {
      madvise(UnsafeMutableRawPointer(shadow) + kept, bytes - kept, MADV_DONTNEED)
    }
    shadowedSlots = 0
  }

  /// Appends one `pte` record for each run of words that the lane's last operation changed, and
  /// takes the new values over.
  func appendChanges(to output: borrowing RecordBuffer) {
    collectTouched()
    for position in 0..<touched.count {
      let range = touched[position]
      var index = range.lowerBound
      while let changed = nextChange(in: index..<range.upperBound) {
        index = appendRun(from: changed, to: output)
      }
    }
    shadowedSlots = lane.host.state.pointee.arena.used
  }

  /// The address of a live word that differs from what the store records said, or nil.
  func unexplainedWord() -> UInt64? {
    let state = lane.host.state
    for slot in 0..<state.pointee.arena.used where state.pointee.arena.isLive(slot) {
      let words = state.pointee.arena.words(slot)
      let known = shadow + slot * Self.wordsPerSlot
      if memcmp(words, known, Arena.slotSize) == 0 { continue }
      let word = (0..<Self.wordsPerSlot).first { words[$0] != known[$0] }!
      return Arena.base + UInt64(slot * Arena.slotSize + word * 8)
    }
    return nil
  }

  private var arenaWords: UnsafeMutablePointer<UInt64> {
    lane.host.state.pointee.arena.memory.assumingMemoryBound(to: UInt64.self)
  }

  private func collectTouched() {
    touched.removeAll()
    let limit = lane.host.state.pointee.arena.used * Self.wordsPerSlot
    for record in RecordView(lane.log)
    where record.kind == UInt32(IOPT_EVENT_STORE.rawValue) && record.words.count == 5 {
      let first = Int(truncatingIfNeeded: (record.words[1] &- Arena.base) / 8)
      let count = Int(truncatingIfNeeded: record.words[2])
      guard first >= 0, count > 0, first < limit, count <= limit - first else { continue }
      touched.append(first..<first + count)
    }
    touched.normalize()
  }

  /// The first live word in `range` that is not as it was.
  private func nextChange(in range: Range<Int>) -> Int? {
    let arena = arenaWords
    var index = range.lowerBound
    while index < range.upperBound {
      let slot = index / Self.wordsPerSlot
      let slotEnd = min((slot + 1) * Self.wordsPerSlot, range.upperBound)
      // A freed table's words may not even be read.
      if lane.host.state.pointee.arena.isLive(slot) {
        while index < slotEnd {
          if arena[index] != shadow[index] { return index }
          index += 1
        }
      }
      index = slotEnd
    }
    return nil
  }

  /// Appends the run that starts at `first`; returns the index after it. The canonical form: as
  /// long as one stride holds, two words make two lines, and no stride wraps around.
  private func appendRun(from first: Int, to output: borrowing RecordBuffer) -> Int {
    let arena = arenaWords
    let table = tableStart(of: first)
    let tableEnd = table.word + table.count
    func continues(_ index: Int) -> Bool {
      index < tableEnd && arena[index] != shadow[index] && arena[index] >= arena[index - 1]
    }
    var end = first + 1
    var stride: UInt64 = 0
    if continues(end) {
      stride = arena[end] - arena[first]
      end += 1
      while continues(end), arena[end] - arena[end - 1] == stride { end += 1 }
    }
    let pa = Arena.base + UInt64(table.word * 8)
    if end - first == 2 {
      for index in first..<end {
        output.appendPTE(
          table: pa, first: index - table.word, last: index - table.word, value: arena[index],
          stride: 0)
      }
    } else {
      output.appendPTE(
        table: pa, first: first - table.word, last: end - 1 - table.word, value: arena[first],
        stride: stride)
    }
    (shadow + first).update(from: arena + first, count: end - first)
    return end
  }

  /// The first word of the table that holds a word, and how many words that table has.
  private func tableStart(of word: Int) -> (word: Int, count: Int) {
    let arenaState = lane.host.state
    var slot = word / Self.wordsPerSlot
    while arenaState.pointee.arena.states[slot] == .continuation { slot -= 1 }
    let slots = arenaState.pointee.arena.slotsOfTable(at: slot)
    return (slot * Self.wordsPerSlot, slots * Self.wordsPerSlot)
  }
}

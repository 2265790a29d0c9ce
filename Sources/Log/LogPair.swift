// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Where the logs of two subjects, or the table memory that they tell, part in one operation.
public struct LogDifference: Equatable, Sendable {
  /// The events are not the same words. Which event it is, both lists say.
  public var eventsDiffer = false
  /// In front of which event, counted from 0, table memory was not the same on both sides although
  /// it may be in the end; nil when it always was.
  public var memoryBeforeEvent: Int?
  /// The first such word, and what each side had there.
  public var pa: UInt64 = 0
  public var left: UInt64 = 0
  public var right: UInt64 = 0

  /// No difference in memory.
  public init(eventsDiffer: Bool) { self.eventsDiffer = eventsDiffer }

  init(memoryBeforeEvent: Int, word: Int, _ left: TableShadow, _ right: TableShadow) {
    self.memoryBeforeEvent = memoryBeforeEvent
    pa = ArenaLayout.address(ofWord: word)
    self.left = left.told[word]
    self.right = right.told[word]
  }
}

/// Takes in the logs of one operation on two sides, a segment between two events at a time, and
/// holds the events, and the memory that the stores in front of each tell, against each other.
/// nil when all is the same. Both shadows hold the whole operation afterwards.
public func takeTogether(
  _ left: TableShadow, _ leftLog: UnsafeBufferPointer<UInt64>, _ right: TableShadow,
  _ rightLog: UnsafeBufferPointer<UInt64>
) -> LogDifference? {
  if isSame(leftLog, rightLog) {
    // Shadows that were the same stay so.
    left.take(leftLog)
    right.take(rightLog)
    return nil
  }
  var (one, other) = (0, 0)
  var difference: LogDifference?
  var event = 0
  while true {
    left.takeStores(leftLog, &one)
    right.takeStores(rightLog, &other)
    if difference == nil, let word = firstDifference(left, right) {
      difference = LogDifference(memoryBeforeEvent: event, word: word, left, right)
    }
    if one >= leftLog.count || other >= rightLog.count { break }
    let count = left.takeEvent(leftLog, one)
    let otherCount = right.takeEvent(rightLog, other)
    if count != otherCount
      || memcmp(leftLog.baseAddress! + one, rightLog.baseAddress! + other, count * 8) != 0
    {
      difference = LogDifference(eventsDiffer: true)
    }
    one += count
    other += otherCount
    event += 1
    if difference?.eventsDiffer == true { break }
  }
  if one < leftLog.count || other < rightLog.count {
    difference = LogDifference(eventsDiffer: true)
    left.takeRest(leftLog, one)
    right.takeRest(rightLog, other)
  }
  return difference
}

/// Whether two logs of which the events are the same tell the same stores between them: the same words
/// with the same values in the same order, however many a record tells.
public func tellAlike(
  _ one: UnsafeBufferPointer<UInt64>, _ other: UnsafeBufferPointer<UInt64>
) -> Bool {
  if isSame(one, other) { return true }
  var (left, right) = (StoreReader(one), StoreReader(other))
  while true {
    let isAtStore = left.isAtStore
    guard isAtStore == right.isAtStore else { return false }
    if isAtStore {
      guard left.takeWord() == right.takeWord() else { return false }
    } else if left.isAtEnd || right.isAtEnd {
      return left.isAtEnd && right.isAtEnd
    } else {
      left.passEvent()
      right.passEvent()
    }
  }
}

/// Reads a log's stores a word at a time.
private struct StoreReader {
  struct Word: Equatable {
    var pa: UInt64
    var value: UInt64
  }

  private let log: UnsafeBufferPointer<UInt64>
  private var position = 0
  /// Words of the record at hand that were read.
  private var done: UInt64 = 0

  init(_ log: UnsafeBufferPointer<UInt64>) { self.log = log }

  var isAtEnd: Bool { position >= log.count }

  var isAtStore: Bool {
    position + 5 <= log.count
      && UInt32(truncatingIfNeeded: log[position]) == EventKind.store.rawValue
  }

  mutating func takeWord() -> Word {
    let word = Word(
      pa: log[position + 1] &+ done &* 8, value: log[position + 3] &+ done &* log[position + 4])
    done &+= 1
    if done >= log[position + 2] {
      done = 0
      passEvent()
    }
    return word
  }

  mutating func passEvent() { position += 1 + Int(log[position] >> 32) }
}

@inline(__always)
private func isSame(
  _ one: UnsafeBufferPointer<UInt64>, _ other: UnsafeBufferPointer<UInt64>
) -> Bool {
  guard one.count == other.count else { return false }
  guard one.count > 0 else { return true }
  return memcmp(one.baseAddress!, other.baseAddress!, one.count * 8) == 0
}

/// The first word of those told last by either side that the other does not have the same.
@inline(__always)
private func firstDifference(_ left: TableShadow, _ right: TableShadow) -> Int? {
  if left.segmentStart == left.touched.count, right.segmentStart == right.touched.count {
    return nil
  }
  return firstDifference(left, from: left.segmentStart, left, right)
    ?? firstDifference(right, from: right.segmentStart, left, right)
}

/// The same for the words that `side` told, from the `start`th range on.
@inline(__always)
private func firstDifference(
  _ side: TableShadow, from start: Int, _ left: TableShadow, _ right: TableShadow
) -> Int? {
  for index in start..<side.touched.count {
    let range = side.touched[index]
    let first = range.lowerBound
    if range.count == 1 {
      if left.told[first] != right.told[first] { return first }
    } else if memcmp(left.told + first, right.told + first, range.count * 8) != 0 {
      return range.first { left.told[$0] != right.told[$0] }
    }
  }
  return nil
}

extension TableShadow {
  /// Takes in a log from word `position` on.
  fileprivate func takeRest(_ log: UnsafeBufferPointer<UInt64>, _ position: Int) {
    guard position < log.count else { return }
    take(UnsafeBufferPointer(rebasing: log[position...]))
  }
}

/// The same for two subjects of which one at least tells no stores: events, and memory in the end, of
/// tables that both still have. Both shadows have taken their logs in.
public func differenceInTheEnd(
  _ left: TableShadow, _ leftLog: UnsafeBufferPointer<UInt64>, _ right: TableShadow,
  _ rightLog: UnsafeBufferPointer<UInt64>
) -> LogDifference? {
  let one = RecordView(leftLog).filter { !$0.isStore }.map { Array($0.words) }
  let other = RecordView(rightLog).filter { !$0.isStore }.map { Array($0.words) }
  if one != other { return LogDifference(eventsDiffer: true) }
  for side in [left, right] {
    for index in 0..<side.touched.count {
      let word = side.touched[index].first {
        let slot = $0 / TableShadow.wordsPerSlot
        return left.told[$0] != right.told[$0] && left.isLive(slot) && right.isLive(slot)
      }
      if let word { return LogDifference(memoryBeforeEvent: one.count, word: word, left, right) }
    }
  }
  return nil
}

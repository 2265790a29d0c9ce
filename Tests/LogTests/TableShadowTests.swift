// SPDX-License-Identifier: GPL-2.0-only
import Log
import Testing

/// Table memory as stores tell it.
@Suite struct TableShadowTests {
  private static let base = ArenaLayout.base

  /// A piece of arena that a pretended subject writes.
  private final class Memory {
    let words: UnsafeMutablePointer<UInt64>
    let shadow: TableShadow

    init() {
      words = .allocate(capacity: 8 * ArenaLayout.wordsPerSlot)
      words.initialize(repeating: 0, count: 8 * ArenaLayout.wordsPerSlot)
      shadow = TableShadow(memory: UnsafePointer(words))
      take(.alloc, TableShadowTests.base, 0x1000)
    }

    deinit { words.deallocate() }

    func take(_ kind: EventKind, _ arguments: UInt64...) {
      let log = [UInt64(kind.rawValue) | UInt64(arguments.count) << 32] + arguments
      log.withUnsafeBufferPointer { shadow.take($0) }
    }

    func changes() -> [[UInt64]] {
      let output = RecordBuffer()
      shadow.appendChanges(to: output)
      return RecordView(output.words).map { Array($0.words.dropFirst()) }
    }
  }

  @Test func aStoreThatMemoryHoldsIsTrue() {
    let memory = Memory()
    memory.words[3] = 7
    memory.take(.store, Self.base + 24, 1, 7, 0)
    #expect(!memory.shadow.isFalse)
    #expect(memory.shadow.firstUntoldWord() == nil)
    #expect(memory.changes() == [[Self.base, 3, 3, 7, 0]])
  }

  @Test func aFalseValueIsSeen() {
    let memory = Memory()
    memory.words[3] = 7
    memory.take(.store, Self.base + 24, 1, 6, 0)
    #expect(memory.shadow.firstFalseWord() == UntoldWord(pa: Self.base + 24, told: 6, found: 7))
  }

  @Test func aFalseStrideIsSeen() {
    let memory = Memory()
    for index in 0..<4 { memory.words[index] = 10 + 2 * UInt64(index) }
    memory.take(.store, Self.base, 4, 10, 3)
    #expect(memory.shadow.firstFalseWord()?.pa == Self.base + 8)
  }

  @Test func aWordThatWasNotToldIsSeenWhenAllAreAskedFor() {
    let memory = Memory()
    memory.words[9] = 1
    #expect(!memory.shadow.isFalse)
    #expect(memory.shadow.firstUntoldWord()?.pa == Self.base + 72)
  }

  @Test(
    arguments: [
      (base - 8, 1), (base + 0x1000, 1), (base + 0xff8, 2), (base + 4, 1), (0, 1),
      (base, UInt64.max),
    ] as [(UInt64, UInt64)])
  func aStoreThatIsNotWhollyInTablesIsAFault(_ pa: UInt64, _ count: UInt64) {
    let memory = Memory()
    memory.take(.store, pa, count, 0, 0)
    #expect(memory.shadow.fault == .outsideTables(pa: pa))
  }

  @Test func aStoreToAFreedTableIsAFault() {
    let memory = Memory()
    memory.take(.free, Self.base)
    memory.take(.store, Self.base, 1, 0, 0)
    #expect(memory.shadow.fault == .outsideTables(pa: Self.base))
  }

  @Test func whatAnOperationChangedBackIsNoChange() {
    let memory = Memory()
    memory.take(.store, Self.base, 1, 5, 0)
    memory.take(.store, Self.base, 1, 0, 0)
    #expect(memory.changes().isEmpty)
    memory.shadow.settle()
    memory.words[0] = 5
    memory.take(.store, Self.base, 1, 5, 0)
    #expect(memory.changes() == [[Self.base, 0, 0, 5, 0]])
  }

  @Test func aScenarioStartsFromNothing() {
    let memory = Memory()
    memory.words[0] = 5
    memory.take(.store, Self.base, 1, 5, 0)
    memory.shadow.reset()
    memory.words[0] = 0
    memory.take(.alloc, Self.base, 0x1000)
    #expect(memory.shadow.firstUntoldWord() == nil)
  }
}

/// Two logs of one operation, taken in together.
@Suite struct LogPairTests {
  private static let base = ArenaLayout.base
  private static let alloc: [UInt64] = [UInt64(EventKind.alloc.rawValue) | 2 << 32, base, 0x1000]
  private static let sync: [UInt64] = [UInt64(EventKind.sync.rawValue) | 2 << 32, 0, 0xfff]
  private static let warn: [UInt64] = [UInt64(EventKind.warn.rawValue)]

  private static func store(_ index: UInt64, _ count: UInt64, _ value: UInt64) -> [UInt64] {
    [UInt64(EventKind.store.rawValue) | 4 << 32, base + 8 * index, count, value, 0]
  }

  private func difference(_ left: [[UInt64]], _ right: [[UInt64]]) -> LogDifference? {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 512)
    memory.initialize(repeating: 0, count: 512)
    defer { memory.deallocate() }
    let (one, other) = (TableShadow(memory: memory), TableShadow(memory: memory))
    let (first, second) = (Self.alloc + left.flatMap { $0 }, Self.alloc + right.flatMap { $0 })
    return first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { takeTogether(one, first, other, $0) }
    }
  }

  @Test func aRunAtOnceAndWordByWordAreTheSame() {
    #expect(
      difference(
        [Self.store(0, 3, 7), Self.sync],
        [Self.store(2, 1, 7), Self.store(0, 1, 7), Self.store(1, 1, 7), Self.sync]) == nil)
  }

  @Test func aSyncBeforeTheStoreIsToldAtTheSync() {
    let found = difference(
      [Self.store(4, 1, 9), Self.sync, Self.warn], [Self.sync, Self.store(4, 1, 9), Self.warn])
    #expect(found?.memoryBeforeEvent == 1)
    #expect(found?.pa == Self.base + 32)
    #expect(found?.left == 9 && found?.right == 0)
    #expect(found?.eventsDiffer == false)
  }

  @Test func whatIsChangedBackInBetweenIsSeenToo() {
    let there = [Self.store(0, 1, 1), Self.sync, Self.store(0, 1, 0)]
    #expect(difference(there, [Self.sync])?.memoryBeforeEvent == 1)
    #expect(difference([Self.sync], there)?.memoryBeforeEvent == 1)
  }

  @Test func eventsThatDifferComeFirst() {
    #expect(difference([Self.sync], [Self.warn])?.eventsDiffer == true)
    #expect(difference([Self.sync, Self.warn], [Self.sync])?.eventsDiffer == true)
    #expect(difference([], [Self.sync])?.eventsDiffer == true)
    #expect(
      difference([Self.store(0, 1, 1), Self.sync, Self.warn], [Self.sync])?.eventsDiffer == true)
  }
}

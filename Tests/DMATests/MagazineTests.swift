// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import DMA

@Suite struct MagazineTests {
  @Test func popTakesTheTopmostFrameThatTheLimitAllows() {
    var magazine = Magazine()
    for frame in [10, 20, 30] as [UInt64] { magazine.push(frame) }
    expect(magazine.pop(atMost: 15), is: 10)
    // The top one filled its place.
    expect(magazine[0], is: 30)
    expect(magazine.pop(atMost: 15), is: 0)
    expect(magazine.pop(atMost: 100), is: 20)
    expect(magazine.pop(atMost: 100), is: 30)
    expect(magazine.isEmpty, is: true)
  }

  @Test func aMagazineHolds127UnlessToldOtherwise() {
    for capacity in [127, 3] {
      let cache = MagazineCache(cpus: 1, capacity: UInt32(capacity == 127 ? 0 : capacity))
      var magazine = Magazine()
      for frame in 1..<UInt64(capacity) { magazine.push(frame) }
      expect(cache.isFull(magazine), is: false)
      magazine.push(UInt64(capacity))
      expect(cache.isFull(magazine), is: true)
    }
  }

  @Test func aLazyCacheDoesWithoutAMagazineThatItCannotHave() {
    // The first free finds none; the next one makes the CPU's first.
    var cache = MagazineCache(cpus: 1, capacity: 2, failing: 1, isLazy: true)
    expect(cache.push(1, cpu: 0), is: false)
    expect(cache.push(2, cpu: 0), is: true)
    expect(cache.push(3, cpu: 0), is: true)
    // Full, and no previous one: the full one becomes it.
    expect(cache.push(4, cpu: 0), is: true)
    expect(cache.depotCount, is: 0)
    expect(cache.pop(atMost: .max, cpu: 0), is: 4)
    expect(cache.pop(atMost: .max, cpu: 0), is: 3)
    expect(cache.pop(atMost: .max, cpu: 0), is: 2)
  }

  @Test(arguments: [true, false])
  func theCPUsMagazinesAreThereFromTheStartUnlessTheyAreMadeLazily(_ isLazy: Bool) {
    let cache = MagazineCache(cpus: 3, isLazy: isLazy)
    for cpu in 0..<3 {
      for place in 0..<2 {
        let isThere = cache.magazines(cpu: cpu).map { $0[place].hasMemory } ?? false
        expect(isThere, is: !isLazy)
      }
    }
  }

  @Test func aFullPairThatGetsNoMagazineGivesTheFrameBack() {
    var cache = MagazineCache(cpus: 1, capacity: 1, failing: 13)
    expect(cache.push(1, cpu: 0), is: true)
    expect(cache.push(2, cpu: 0), is: true)
    expect(cache.pushFillsDepot(cpu: 0), is: false)
    expect(cache.push(3, cpu: 0), is: false)
    expect(cache.pushFillsDepot(cpu: 0), is: true)
    expect(cache.depotCount, is: 0)
    expect(cache.push(4, cpu: 0), is: true)
    expect(cache.depotCount, is: 1)
  }

  @Test func theLastFreedComesFirst() {
    var cache = MagazineCache(cpus: 1)
    _ = cache.push(1, cpu: 0)
    _ = cache.push(2, cpu: 0)
    expect(cache.pop(atMost: .max, cpu: 0), is: 2)
    expect(cache.pop(atMost: .max, cpu: 0), is: 1)
    expect(cache.pop(atMost: .max, cpu: 0), is: 0)
  }

  @Test func cpusDoNotShareMagazines() {
    var cache = MagazineCache(cpus: 2)
    _ = cache.push(1, cpu: 0)
    expect(cache.pop(atMost: .max, cpu: 1), is: 0)
    expect(cache.pop(atMost: .max, cpu: 0), is: 1)
  }

  @Test func twoFullMagazinesSendOneToTheDepot() {
    var cache = MagazineCache(cpus: 1)
    for frame in 1...254 as ClosedRange<UInt64> { _ = cache.push(frame, cpu: 0) }
    expect(cache.depotCount, is: 0)
    expect(cache.pushFillsDepot(cpu: 0), is: true)
    _ = cache.push(255, cpu: 0)
    expect(cache.depotCount, is: 1)
    // The magazine loaded last, with frames 128 to 254, is the one that went.
    expect(cache.pop(atMost: .max, cpu: 0), is: 255)
    expect(cache.pop(atMost: .max, cpu: 0), is: 127)
  }

  @Test func anotherCPURefillsFromTheDepot() {
    var cache = MagazineCache(cpus: 2)
    for frame in 1...255 as ClosedRange<UInt64> { _ = cache.push(frame, cpu: 0) }
    expect(cache.popNeedsDepot(cpu: 1), is: true)
    expect(cache.pop(atMost: .max, cpu: 1), is: 254)
    expect(cache.depotCount, is: 0)
  }

  @Test func thePreviousMagazineDoesNotCountWhileTheLoadedOneHoldsAny() {
    var cache = MagazineCache(cpus: 1)
    for _ in 0..<127 { _ = cache.push(5, cpu: 0) }
    _ = cache.push(500, cpu: 0)
    expect(cache.pop(atMost: 10, cpu: 0), is: 0)
    expect(cache.pop(atMost: 500, cpu: 0), is: 500)
    expect(cache.pop(atMost: 10, cpu: 0), is: 5)
  }
}

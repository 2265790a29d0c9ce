// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import DMA

/// Frames of 4 KiB: 4 GiB lies at frame 0x100000.
@Suite struct IOVASpaceTests {
  private let limit32: UInt64 = 0x100000

  @Test func allocatesFromTheTopDown() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 100), is: 99)
    expect(space.allocate(1, below: 100), is: 98)
  }

  @Test func alignsToTheNextPowerOfTwo() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 0x100), is: 0xff)
    expect(space.allocate(5, below: 0x100), is: 0xf8)
    expect(space.allocate(8, below: 0x100), is: 0xf0)
  }

  @Test func neverHandsOutFramesBelowTheStart() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 2), is: 1)
    expect(space.allocate(1, below: 2), is: 0)
    expect(space.allocate(1, below: 1), is: 0)
  }

  @Test func aFreedRangeIsFoundAgain() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    let frames = (0..<4).map { _ in space.allocate(1, below: 100) }
    expect(space.release(frames[1]), is: true)
    expect(space.allocate(1, below: 100), is: frames[1])
  }

  @Test func aFreeMovesTheHintOnlyUp() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    for _ in 0..<4 { _ = space.allocate(1, below: 100) }
    expect(space.release(99), is: true)
    expect(space.release(96), is: true)
    // The hint stands at the anchor since frame 99 went, and the search finds that first.
    expect(space.allocate(1, below: 100), is: 99)
    // Now it stands at 99, below which 96 is the first hole.
    expect(space.allocate(1, below: 100), is: 96)
  }

  @Test func aHoleAboveTheHintIsFoundByTheRetry() {
    var space = IOVASpace(start: 90, granuleLog2: 12)
    expect(space.allocate(4, below: 102), is: 96)
    expect(space.allocate(4, below: 102), is: 92)
    // Below 92 there is no room; frames 100 and 101, which alignment left, lie above the hint.
    expect(space.allocate(2, below: 102), is: 90)
    expect(space.allocate(2, below: 102), is: 100)
  }

  @Test func aSizeThatFailedBelow4GiBIsRefusedUntilSomethingThereIsFreed() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 8), is: 7)
    expect(space.allocate(8, below: 8), is: 0)
    // There is room for it below a higher limit, but nobody looks.
    expect(space.allocate(8, below: limit32), is: 0)
    expect(space.allocate(4, below: limit32), is: limit32 - 4)
    expect(space.release(7), is: true)
    expect(space.allocate(8, below: limit32), is: limit32 - 16)
  }

  @Test func aRefusalBelow4GiBDoesNotReachAboveIt() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(8, below: 8), is: 0)
    expect(space.allocate(8, below: 2 * limit32), is: 2 * limit32 - 8)
  }

  @Test func releaseOfAFreeFrameIsRefused() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    _ = space.allocate(1, below: 100)
    expect(space.release(98), is: false)
    expect(space.release(99), is: true)
    expect(space.release(99), is: false)
  }

  @Test func aReservationIsNotHandedOut() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    space.reserve(IOVARange(first: 98, last: 99))
    expect(space.allocate(1, below: 100), is: 97)
  }

  @Test func aReservationOverALiveRangeStretchesItAndGoesWithIt() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 100), is: 99)
    space.reserve(IOVARange(first: 97, last: 99))
    expect(space.allocate(1, below: 100), is: 96)
    expect(space.release(99), is: true)
    expect(space.allocate(1, below: 100), is: 99)
    expect(space.allocate(1, below: 100), is: 98)
    expect(space.allocate(1, below: 100), is: 97)
  }

  @Test func whatAReservationLeavesBeyondTheLastOverlapStandsAlone() {
    var space = IOVASpace(start: 1, granuleLog2: 12)
    expect(space.allocate(1, below: 91), is: 90)
    space.reserve(IOVARange(first: 90, last: 92))
    expect(space.release(90), is: true)
    expect(space.allocate(1, below: 93), is: 90)
  }

  /// The tree must stay what a sorted list would be, over thousands of operations.
  @Test func theTreeKeepsItsOrder() {
    var tree = IOVATree()
    var random = SystemlessGenerator(state: 1)
    var taken: [UInt64: IOVAPlace] = [:]
    for _ in 0..<20_000 {
      let frame = random.next() % 512
      if let place = taken.removeValue(forKey: frame) {
        tree.remove(place)
      } else {
        let next = tree.firstPlace(endingAtOrAbove: frame)
        taken[frame] = tree.insert(IOVARange(first: frame, last: frame), before: next)
      }
    }
    var expected = taken.keys.sorted()
    var place = tree.place(before: .anchor)
    while place != .none {
      expect(tree[place].first, is: expected.popLast())
      place = tree.place(before: place)
    }
    #expect(expected.isEmpty)
    for frame in 0..<UInt64(512) {
      let isTaken = tree.place(holding: frame) != .none
      #expect(isTaken == (taken[frame] != nil))
    }
  }
}

/// SplitMix64.
struct SystemlessGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

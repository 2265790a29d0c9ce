// SPDX-License-Identifier: GPL-2.0-only
import PageTable
import Testing

@testable import DMA

#if LOCKSTEP_INTERNAL_CHECKS
  /// What is broken is noticed by the change that follows, in builds that check.
  @Suite struct InvariantTests {
    @Test func rangesThatOverlapTrap() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        let place = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        _ = tree.insert(IOVARange(first: 5, last: 10), before: place)
      }
      expectTrap(exit, "two ranges overlap")
    }

    @Test func aRangeThatIsStretchedOverItsNeighbourTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        let place = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        _ = tree.insert(IOVARange(first: 5, last: 8), before: place)
        tree[place].first = 8
      }
      expectTrap(exit, "two ranges overlap")
    }

    @Test func aRangeInTheWrongPlaceTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        _ = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        _ = tree.insert(IOVARange(first: 5, last: 8), before: .anchor)
      }
      expectTrap(exit, "two ranges overlap")
    }

    @Test func aListThatIsLinkedOneWayTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        let high = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        let low = tree.insert(IOVARange(first: 5, last: 8), before: high)
        tree.nodes[Int(low.index)].after = .none
        tree[high].last = 20
      }
      expectTrap(exit, "the list is not linked both ways")
    }

    @Test func aRangeThatTheListLeavesOutTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        let high = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        let low = tree.insert(IOVARange(first: 5, last: 8), before: high)
        tree.nodes[Int(tree.place(after: low).index)].before = .none
        tree[high].last = 20
      }
      expectTrap(exit, "the tree and the list differ in their order")
    }

    @Test func aChildThatComesBeforeItsParentTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var tree = IOVATree()
        let high = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
        _ = tree.insert(IOVARange(first: 5, last: 8), before: high)
        tree.nodes[Int(IOVAPlace.anchor.index)].priority = 0
        tree[high].last = 20
      }
      expectTrap(exit, "a child comes before its parent")
    }

    @Test func anEntryOutOfAnEmptyRingTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var ring = FlushRing(size: 2)
        ring.removeFirst()
      }
      expectTrap(exit, "the ring is empty")
    }

    @Test func anEntryOlderThanTheOneBeforeItTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var ring = FlushRing(size: 4)
        ring.append(FlushEntry(frame: 1, count: 1, tables: TableList(), counter: 2))
        ring.append(FlushEntry(frame: 2, count: 1, tables: TableList(), counter: 1))
      }
      expectTrap(exit, "an entry is older than the one before it")
    }

    @Test func anEntryWithoutFramesTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var ring = FlushRing(size: 4)
        ring.append(FlushEntry(frame: 1, count: 0, tables: TableList(), counter: 0))
      }
      expectTrap(exit, "an entry without frames is queued")
    }

    @Test func aDepotThatHoldsAMagazineThatIsNotFullTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var cache = MagazineCache(cpus: 1)
        cache.depot.push(Magazine())
        _ = cache.push(1, cpu: 0)
      }
      expectTrap(exit, "the depot holds a magazine that is not full")
    }

    @Test func aSpareMagazineThatHoldsFramesTraps() async {
      let exit = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        var cache = MagazineCache(cpus: 1)
        var magazine = Magazine()
        magazine.push(1)
        cache.spare.push(magazine)
        _ = cache.push(2, cpu: 0)
      }
      expectTrap(exit, "a magazine to be used again holds frames")
    }

    /// The same without a mistake: nothing traps.
    @Test func whatIsInOrderPasses() {
      var tree = IOVATree()
      let place = tree.insert(IOVARange(first: 10, last: 19), before: .anchor)
      _ = tree.insert(IOVARange(first: 5, last: 8), before: place)
      tree[place].first = 9
      tree.remove(place)
      var ring = FlushRing(size: 4)
      for counter in [0, 0, 1] as [UInt64] {
        ring.append(FlushEntry(frame: 1, count: 1, tables: TableList(), counter: counter))
      }
      ring.removeFirst()
      var cache = MagazineCache(cpus: 1)
      for frame in 1...300 as ClosedRange<UInt64> { _ = cache.push(frame, cpu: 0) }
      while cache.pop(atMost: .max, cpu: 0) != 0 {}
    }

    /// That it was this check that ended the process.
    private func expectTrap(
      _ exit: ExitTest.Result?, _ message: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let said = String(decoding: exit?.standardErrorContent ?? [], as: UTF8.self)
      #expect(said.contains(message), sourceLocation: sourceLocation)
    }
  }
#endif

// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import SubjectABI
import Testing

/// Each way to break the contract, as a subject's records would show it.
@Suite struct ContractBreachTests {
  @Test func aBufferThatTranslatesElsewhere() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    #expect(feed.look([0xa000: 0x5000, 0xafff: 0x5fff]) == nil)
    #expect(
      feed.look([0xa000: 0x5000])
        == .mistranslated(iova: 0xafff, expected: 0x5fff, found: 0))
  }

  @Test func whereNobodyAnswersNothingIsBroken() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    #expect(feed.lookUnanswered() == nil)
    feed.queue(1, at: 0xa000)
    #expect(feed.lookUnanswered() == nil)
  }

  @Test func aBufferThatStillTranslatesAfterItsUnmap() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.queue(1, at: 0xa000)
    #expect(feed.lookAtLast([:]) == nil)
    #expect(feed.lookAtLast([0xafff: 0x5fff]) == .stillMapped(iova: 0xafff, found: 0x5fff))
  }

  @Test func twoBuffersWithOneIOVA() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000, pages: 2)
    #expect(feed.map(2, at: 0xb000) == .shared(iova: 0xb000, length: 0x1000, handle: 1))
  }

  @Test func oneOperationThatTakesAnIOVATwice() {
    let feed = ContractFeed()
    feed.write(IOPT_EVENT_IOVA_ALLOC, 0xa000, 0x1000)
    #expect(feed.map(1, at: 0xa000) == .handedOutTwice(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVAHandedOutWhileItIsQueued() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.queue(1, at: 0xa000)
    #expect(feed.map(2, at: 0xa000) == .handedOutWhileQueued(iova: 0xa000, length: 0x1000))
  }

  @Test func aReservedIOVAHandedOut() {
    let feed = ContractFeed()
    feed.end(.reserve(iova: 0xa000, length: 1))
    #expect(feed.map(1, at: 0xa000) == .handedOutReserved(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVAAboveTheDevicesMask() {
    let feed = ContractFeed(limit: 0xafff)
    #expect(feed.map(1, at: 0xa000) == nil)
    #expect(feed.map(2, at: 0xb000) == .outOfReach(iova: 0xb000, length: 0x1000))
  }

  @Test func aNullIOVA() {
    #expect(ContractFeed().map(1, at: 0) == .outOfReach(iova: 0, length: 0x1000))
  }

  @Test func aQueuedIOVAFreedWithoutAFlush() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    // A flush that began before it was queued does not count.
    feed.write(IOPT_EVENT_FLUSH_ALL)
    feed.queue(1, at: 0xa000)
    feed.write(IOPT_EVENT_IOVA_FREE, 0xa000, 0x1000)
    #expect(
      feed.end(.tick(milliseconds: 1)) == .freedBeforeFlush(iova: 0xa000, length: 0x1000))
  }

  @Test func aQueuedTableFreedWithoutAFlush() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.queue(1, at: 0xa000, tables: 0x8_0000_3000)
    feed.write(IOPT_EVENT_FREE, 0x8_0000_3000)
    #expect(feed.end(.tick(milliseconds: 1)) == .tableFreedBeforeFlush(pa: 0x8_0000_3000))
  }

  @Test func anIOVAFreedBeforeItsSync() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.write(IOPT_EVENT_IOVA_FREE, 0xa000, 0x1000)
    feed.write(IOPT_EVENT_SYNC, 0xa000, 0xafff)
    feed.write(IOPT_EVENT_RET, 0x1000, 0)
    #expect(
      feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .freedBeforeSync(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVAFreedAfterASyncOfHalfOfIt() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000, pages: 2)
    feed.write(IOPT_EVENT_SYNC, 0xa000, 0xafff)
    feed.write(IOPT_EVENT_IOVA_FREE, 0xa000, 0x2000)
    feed.write(IOPT_EVENT_RET, 0x2000, 0)
    #expect(
      feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .freedBeforeSync(iova: 0xa000, length: 0x2000))
  }

  @Test func anotherBuffersIOVAFreed() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.map(2, at: 0xb000)
    feed.write(IOPT_EVENT_FLUSH_ALL)
    feed.write(IOPT_EVENT_IOVA_FREE, 0xb000, 0x1000)
    #expect(
      feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .freedWhileMapped(iova: 0xb000, length: 0x1000))
  }

  @Test func anIOVAFreedTwice() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.queue(1, at: 0xa000)
    for _ in 0..<2 {
      feed.write(IOPT_EVENT_FLUSH_ALL)
      feed.write(IOPT_EVENT_IOVA_FREE, 0xa000, 0x1000)
    }
    #expect(feed.end(.tick(milliseconds: 1)) == .notHeld(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVALostByAFailedMap() {
    let feed = ContractFeed()
    feed.write(IOPT_EVENT_IOVA_ALLOC, 0xa000, 0x1000)
    feed.write(IOPT_EVENT_RET, .max, 0)
    #expect(
      feed.end(.dmaMap(handle: 1, pa: 0, length: 1, direction: .toDevice, cpu: 0))
        == .lost(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVALostByAnUnmap() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.write(IOPT_EVENT_SYNC, 0xa000, 0xafff)
    feed.write(IOPT_EVENT_RET, 0x1000, 0)
    #expect(feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .lost(iova: 0xa000, length: 0x1000))
  }

  @Test func anIOVAQueuedBeyondTheTimeout() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.end(.tick(milliseconds: 5))
    feed.queue(1, at: 0xa000)
    #expect(feed.end(.tick(milliseconds: 9)) == nil)
    #expect(feed.end(.tick(milliseconds: 1)) == .waitsTooLong(iova: 0xa000, length: 0x1000))
  }

  @Test func anAddressThatLosesTheBuffersOffset() {
    let feed = ContractFeed()
    feed.write(IOPT_EVENT_IOVA_ALLOC, 0xa000, 0x1000)
    feed.write(IOPT_EVENT_RET, 0xa000, 0)
    #expect(
      feed.end(.dmaMap(handle: 1, pa: 0x5010, length: 1, direction: .toDevice, cpu: 0))
        == .wrongAddress(address: 0xa000))
  }

  @Test func anUnmapOfLessThanWasMapped() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000, pages: 2)
    feed.write(IOPT_EVENT_SYNC, 0xa000, 0xbfff)
    feed.write(IOPT_EVENT_IOVA_FREE, 0xa000, 0x2000)
    feed.write(IOPT_EVENT_RET, 0x1000, 0)
    #expect(
      feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .wrongLength(expected: 0x2000, found: 0x1000))
  }

  @Test func aLiveHandleThatIsMappedAgain() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    #expect(feed.map(1, at: 0xb000) == .wrongSkip(handle: 1))
  }

  @Test func aLiveHandleWhoseUnmapIsSkipped() {
    let feed = ContractFeed()
    feed.map(1, at: 0xa000)
    feed.write(IOPT_EVENT_SKIP)
    #expect(feed.end(.dmaUnmap(handle: 1, cpu: 0)) == .wrongSkip(handle: 1))
  }
}

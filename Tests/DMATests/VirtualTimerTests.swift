// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import DMA

@Suite struct VirtualTimerTests {
  @Test func nothingIsDueBeforeItsTime() {
    var timer = VirtualTimer()
    expect(timer.armFlush(after: 10), is: 10)
    expect(timer.next(until: 9) == nil, is: true)
    timer.finish(at: 9)
    let next = timer.next(until: 10)
    #expect(next?.event == .flush)
    #expect(next?.due == 10)
    expect(timer.next(until: 1000) == nil, is: true)
  }

  @Test func theFlushTimerComesBeforeDepotWorkOfTheSameTime() {
    var timer = VirtualTimer()
    timer.scheduleDepotWork(order: 3)
    _ = timer.armFlush(after: 100)
    #expect(timer.next(until: 100)?.event == .flush)
    #expect(timer.next(until: 100)?.event == .depotWork(order: 3))
  }

  @Test func depotWorkRunsInTheOrderOfScheduling() {
    var timer = VirtualTimer()
    for order in [4, 0, 2] { timer.scheduleDepotWork(order: order) }
    #expect(timer.next(until: 100)?.event == .depotWork(order: 4))
    #expect(timer.next(until: 100)?.event == .depotWork(order: 0))
    #expect(timer.next(until: 100)?.event == .depotWork(order: 2))
    expect(timer.next(until: 100) == nil, is: true)
  }

  @Test func pendingDepotWorkIsNotScheduledAgain() {
    var timer = VirtualTimer()
    timer.scheduleDepotWork(order: 0)
    timer.finish(at: 50)
    timer.scheduleDepotWork(order: 0)
    #expect(timer.next(until: 500)?.due == 100)
    expect(timer.next(until: 500) == nil, is: true)
  }

  @Test func workScheduledWhileTimePassesCountsFromItsDueTime() {
    var timer = VirtualTimer()
    timer.scheduleDepotWork(order: 0)
    #expect(timer.next(until: 500)?.due == 100)
    timer.scheduleDepotWork(order: 0)
    #expect(timer.next(until: 500)?.due == 200)
  }

  @Test func aCancelledFlushTimerDoesNotFire() {
    var timer = VirtualTimer()
    _ = timer.armFlush(after: 1)
    timer.cancelFlush()
    expect(timer.next(until: 10) == nil, is: true)
  }
}

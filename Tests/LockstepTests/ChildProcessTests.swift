// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import Lockstep
import Testing

/// A process that runs a stranger's code, as the one sees it that waits for it.
@Suite struct ChildProcessTests {
  private static func limits() -> ChildProcess.Limits {
    var limits = ChildProcess.Limits(call: .milliseconds(100))
    limits.outside = .milliseconds(300)
    return limits
  }

  @Test func oneThatStandsStillOutsideOfCallsIsKilledInTime() throws {
    let progress = SharedMemory(RunProgress())
    let start = ContinuousClock.now
    let child = try ChildProcess(progress.pointer, Self.limits()) { _ in while true { pause() } }
    #expect(child.next() == .end(.overLimit))
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    #expect(kill(child.pid, 0) != 0)
  }

  @Test func oneThatStandsStillInACallIsKilledSooner() throws {
    let progress = SharedMemory(RunProgress())
    let child = try ChildProcess(progress.pointer, ChildProcess.Limits(call: .milliseconds(100))) {
      _ in
      progress.pointer.pointee.enter(.operation, lane: 0)
      while true { pause() }
    }
    let start = ContinuousClock.now
    #expect(child.next() == .end(.overLimit))
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func oneThatIsStoppedIsKilledInTime() throws {
    let progress = SharedMemory(RunProgress())
    let child = try ChildProcess(progress.pointer, Self.limits()) { _ in
      while true { raise(SIGSTOP) }
    }
    #expect(child.next() == .end(.overLimit))
  }

  @Test func outsideOfCallsItIsNeverLessThanWhatACallMayTake() {
    let long = ChildProcess.Limits(call: .seconds(60))
    #expect(long.allowed(isOutside: true) == .seconds(60))
    #expect(ChildProcess.Limits(call: .milliseconds(1)).allowed(isOutside: true) == .seconds(5))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import CFuzzer
import CIsolation
import FuzzTarget
import Glibc
import Lockstep

/// A process in which libFuzzer runs, as the program sees it that watches it.
final class Job {
  /// How it ended.
  enum Outcome {
    /// libFuzzer came to its end.
    case done
    /// It was told to stop.
    case stopped
    /// The target found something, and told it.
    case found
    /// What it ran ended it.
    case lost(ChildProcess.End)
    /// libFuzzer gave up with this status: too much memory, bad flags.
    case gaveUp(Int32)
  }

  /// From 1.
  let number: Int
  let share = JobShare()
  /// What it prints; nil: the terminal's.
  let log: JobLog?
  private(set) var outcome: Outcome?
  private var pid: pid_t = 0
  private var isOverLimit = false
  private var isKilled = false
  /// What moved last, and when.
  private var moved: UInt64 = 0
  private var since = ContinuousClock.now

  init(_ number: Int, log: JobLog?) {
    self.number = number
    self.log = log
  }

  /// Starts it with libFuzzer's arguments; signals are blocked in it as in `mask`.
  func start(_ arguments: [String], _ mask: sigset_t) throws {
    pid = iopt_isolation_fork()
    if pid == 0 {
      // What a subject sends to its group reaches nobody else, and what it starts ends with the job.
      setpgid(0, 0)
      var mask = mask
      sigprocmask(SIG_SETMASK, &mask, nil)
      // They come to the whole terminal: the program that watches says what follows.
      for ending in [SIGINT, SIGHUP] { signal(ending, SIG_IGN) }
      log?.takeOutput()
      iopt_isolation_close_files(-1)
      share.join()
      runLibFuzzer(arguments, endsOnSignals: false)
    }
    guard pid > 0 else {
      throw FuzzError("cannot start a job: \(String(cString: strerror(errno)))")
    }
    setpgid(pid, pid)
  }

  /// Looks whether it has ended, and ends it where a call takes longer than `limit`, or anything else
  /// too long. `isLate`: it was to have ended by now, and has nothing more to wait for.
  func look(limit: Duration, isLate: Bool) {
    guard outcome == nil else { return }
    log?.read()
    if reap() { return }
    let (said, position) = (share.said, share.position)
    let sum = position.calls &+ said.counts.executions
    let now = ContinuousClock.now
    // Before its first input it looks through the corpus, of whatever size that is.
    let isReading = said.counts.executions == 0 && said.in_input == 0 && position.lane < 0
    if isReading && !isLate || sum != moved {
      moved = sum
      since = now
      return
    }
    // Without a subject that is called: an input of the readers, or a subject that has broken them or
    // libFuzzer, between two inputs.
    let other = isLate && said.in_input == 0 ? Self.lateLimit : Self.otherLimit
    let allowed = position.lane >= 0 ? limit : max(limit, other)
    guard now - since >= allowed else { return }
    isOverLimit = true
    kill(pid, SIGKILL)
  }

  /// How long anything else may take, and where libFuzzer's time is over.
  private static let otherLimit = Duration.seconds(25)
  private static let lateLimit = Duration.seconds(5)

  /// Ends it at once.
  func kill() {
    guard outcome == nil else { return }
    isKilled = true
    kill(pid, SIGKILL)
  }

  private func kill(_ pid: pid_t, _ signal: Int32) { _ = Glibc.kill(pid, signal) }

  private func reap() -> Bool {
    var raw: Int32 = 0
    guard waitpid(pid, &raw, WNOHANG) == pid else { return false }
    kill(-pid, SIGKILL)
    outcome = outcome(raw)
    log?.read()
    return true
  }

  private func outcome(_ raw: Int32) -> Outcome {
    let said = share.said
    switch said.end {
    case IOPT_FUZZ_FOUND.rawValue: return .found
    case IOPT_FUZZ_STOPPED.rawValue: return .stopped
    case IOPT_FUZZ_DONE.rawValue where said.status == RunEnd.found:
      // libFuzzer sees some things itself: an input that was written over.
      return .lost(.exited(said.status))
    case IOPT_FUZZ_DONE.rawValue: return said.status == 0 ? .done : .gaveUp(said.status)
    default: break
    }
    if isOverLimit { return .lost(.overLimit) }
    if isKilled { return .stopped }
    let signal = raw & 0x7f
    // Unless a subject was being called, somebody else sent these.
    let isFromElsewhere = [SIGKILL, SIGTERM].contains(signal) && share.position.lane < 0
    let hasBegun = said.in_input == 1 || said.counts.executions > 0
    if signal != 0 {
      return hasBegun && !isFromElsewhere ? .lost(.signalled(signal)) : .gaveUp(128 + signal)
    }
    let status = raw >> 8 & 0xff
    if said.in_input == 1 { return .lost(.exited(status)) }
    return .gaveUp(status == 0 ? 1 : status)
  }
}

/// Why fuzzing cannot be done. Its description is one line.
struct FuzzError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

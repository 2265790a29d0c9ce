// SPDX-License-Identifier: GPL-2.0-only
import CIsolation
import Glibc

/// A process that was made of this one by fork, which runs a stranger's code and tells what comes of
/// it in messages. Its parent waits for it no longer than a lane may take for one call.
public final class ChildProcess {
  /// How it ended.
  public enum End: Equatable, Sendable {
    /// By itself, and it said so.
    case done
    /// It left with this status without having said that it is done: the subject called `exit()`.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)
    /// A lane did not return in time, and it was killed.
    case overLimit
  }

  /// How long a process may stand where it does.
  public struct Limits: Sendable {
    /// In a call into a lane.
    public var call: Duration
    /// Where no lane is called: what the harness does by itself there takes milliseconds.
    public var outside: Duration

    /// A call may take `call`.
    public init(call: Duration) {
      self.call = call
      outside = max(call, .seconds(5))
    }

    /// `isOutside`: no lane is called.
    public func allowed(isOutside: Bool) -> Duration { isOutside ? outside : call }

    /// For what is known to hang: it does so for any length of time.
    var hurried: Limits {
      var limits = self
      limits.call = min(call, max(.milliseconds(250), call / 40))
      limits.outside = max(limits.call, .seconds(1))
      return limits
    }
  }

  /// What the parent is told.
  public enum Event: Equatable {
    case message([UInt8])
    case end(End)
  }

  /// Its number.
  public let pid: pid_t
  private let port: MessagePort
  private let memory: MessageMemory
  private let progress: UnsafeMutablePointer<RunProgress>
  private let limits: Limits
  /// What was read, and how much of it was handed on.
  private var pending: [UInt8] = []
  private var taken = 0
  private var end: End?
  /// The calls that the watch saw last, and when it saw that they had moved.
  private var calls: UInt64 = 0
  private var since = ContinuousClock.now

  /// Runs `body` in a child, which ends with it. `progress` lies in shared memory: lanes in the
  /// child report there, and may stand as long as `limits` says.
  public init(
    _ progress: UnsafeMutablePointer<RunProgress>, _ limits: Limits, _ body: (ParentLink) -> Void
  ) throws(ProcessError) {
    self.progress = progress
    self.limits = limits
    progress.pointee.isDone = 0
    progress.pointee.lane = -1
    calls = progress.pointee.calls
    memory = try MessageMemory()
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw ProcessError("cannot make a socket")
    }
    // What is printed already is not printed by the child again.
    fflush(nil)
    let child = iopt_isolation_fork()
    if child == 0 {
      let socket = Self.outOfTheWay(ends[1])
      iopt_isolation_stand_aside(socket)
      let link = ParentLink(memory.childPort(socket))
      body(link)
      link.endIfCopy()
      progress.pointee.isDone = 1
      _exit(0)
    }
    close(ends[1])
    if child > 0 { setpgid(child, child) }
    guard child > 0 else {
      close(ends[0])
      throw ProcessError("cannot make a process")
    }
    pid = child
    memory.withhold()
    port = memory.parentPort(ends[0])
  }

  /// In the child: where a subject does not come by that closes what it has opened, and more.
  private static func outOfTheWay(_ socket: Int32) -> Int32 {
    let moved = fcntl(socket, F_DUPFD_CLOEXEC, 900)
    guard moved >= 0 else { return socket }
    close(socket)
    return moved
  }

  /// Ends it, with all that it has started.
  private func killAll() {
    kill(-pid, SIGKILL)
    kill(pid, SIGKILL)
  }

  deinit {
    if end == nil {
      killAll()
      // What is shared with it may be gone already.
      while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    }
    close(port.socket)
  }

  /// Sends the child a message; whether it went out whole. How a child ended that cannot take it,
  /// ``next()`` says.
  @discardableResult
  public func send(_ message: [UInt8]) -> Bool {
    since = ContinuousClock.now
    return port.send(message) {
      usleep(100)
      watch()
      return end == nil
    }
  }

  /// Waits for the next message, or for the end.
  public func next() -> Event {
    while true {
      if let event = next(waiting: true) { return event }
    }
  }

  /// What is there already; nil when it is nothing. `waiting`: nil after some time of waiting.
  public func next(waiting: Bool) -> Event? {
    if let message = takeMessage() { return .message(message) }
    if let end { return .end(end) }
    let wait = port.wait(waiting ? slice : 0)
    if let message = takeMessage() { return .message(message) }
    if waiting || wait == .broken { watch() }
    // Without a writer left.
    if wait == .broken, end == nil, waiting { usleep(1000) }
    guard end != nil else { return nil }
    return takeMessage().map(Event.message) ?? end.map(Event.end)
  }

  /// Milliseconds between two looks at the process.
  private var slice: Int32 {
    let milliseconds = limits.call / .milliseconds(1)
    return Int32(min(100, max(1, milliseconds / 8)))
  }

  /// Takes in some of what is there; false when that is nothing.
  private func fill() -> Bool {
    pending.removeFirst(taken)
    taken = 0
    let more = port.read(1 << 16)
    pending += more
    return !more.isEmpty
  }

  private func takeMessage() -> [UInt8]? {
    while true {
      if let message = pendingMessage() { return message }
      if !fill() { return nil }
    }
  }

  private func pendingMessage() -> [UInt8]? {
    guard pending.count - taken >= MessagePort.headerSize else { return nil }
    let start = taken + MessagePort.headerSize
    let size = MessagePort.size(pending[taken..<start])
    // Nothing that a child of ours says.
    if size > MessagePort.mostBytes, end == nil { killAll() }
    guard pending.count - start >= size else { return nil }
    taken = start + size
    let message = Array(pending[start..<taken])
    if taken == pending.count {
      pending.removeAll(keepingCapacity: true)
      taken = 0
    }
    since = ContinuousClock.now
    return message
  }

  /// Looks whether the process has ended, and ends it when a lane takes too long.
  private func watch() {
    end = status(WNOHANG)
    if end != nil { kill(-pid, SIGKILL) }
    guard end == nil, isOverLimit else { return }
    killAll()
    _ = status()
    end = .overLimit
  }

  private var isOverLimit: Bool {
    let now = ContinuousClock.now
    let seen = progress.pointee
    if seen.calls != calls {
      calls = seen.calls
      since = now
      return false
    }
    return now - since >= limits.allowed(isOutside: seen.lane < 0)
  }

  /// How the process has ended; nil while it has not.
  private func status(_ options: Int32 = 0) -> End? {
    var status: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(pid, &status, options) } while result < 0 && errno == EINTR
    guard result != 0 else { return nil }
    let signal = status & 0x7f
    if signal != 0 { return .signalled(signal) }
    let code = status >> 8 & 0xff
    return code == 0 && progress.pointee.isDone == 1 ? .done : .exited(code)
  }
}

/// Why no process could be made. Its description is one line.
public struct ProcessError: Error, CustomStringConvertible {
  public let description: String

  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}

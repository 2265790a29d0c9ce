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

  /// What the parent is told.
  public enum Event: Equatable {
    case message([UInt8])
    case end(End)
  }

  public let pid: pid_t
  private let pipe: Int32
  private let progress: UnsafeMutablePointer<RunProgress>
  private let limit: Duration
  private var pending: [UInt8] = []
  private var end: End?
  /// The calls that the watch saw last, and when it saw that they had moved.
  private var calls: UInt64 = 0
  private var since = ContinuousClock.now

  /// Runs `body` in a child, which ends with it. `progress` lies in shared memory: lanes in the
  /// child report there, and a call into one may take `limit`.
  public init(
    _ progress: UnsafeMutablePointer<RunProgress>, limit: Duration,
    _ body: (borrowing MessageWriter) -> Void
  ) throws(ProcessError) {
    self.progress = progress
    self.limit = limit
    progress.pointee.isDone = 0
    progress.pointee.lane = -1
    calls = progress.pointee.calls
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw ProcessError("cannot make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let child = iopt_isolation_fork()
    if child == 0 {
      close(ends[0])
      body(MessageWriter(pipe: ends[1]))
      progress.pointee.isDone = 1
      _exit(0)
    }
    close(ends[1])
    guard child > 0 else {
      close(ends[0])
      throw ProcessError("cannot make a process")
    }
    pid = child
    pipe = ends[0]
  }

  deinit {
    if end == nil {
      kill(pid, SIGKILL)
      _ = status()
    }
    close(pipe)
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
    var poll = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    let count = Glibc.poll(&poll, 1, waiting ? slice : 0)
    if count > 0, fill() { return takeMessage().map(Event.message) }
    // Without a writer left, or for want of a sign from it.
    if count > 0 || waiting { watch(hasClosed: count > 0) }
    if count > 0, end == nil, waiting { usleep(1000) }
    guard end != nil else { return nil }
    while isReadable, fill() {}
    return takeMessage().map(Event.message) ?? end.map(Event.end)
  }

  /// Milliseconds between two looks at the process.
  private var slice: Int32 {
    let milliseconds = limit / .milliseconds(1)
    return Int32(min(100, max(1, milliseconds / 8)))
  }

  private var isReadable: Bool {
    var poll = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }

  /// Reads what is in the pipe; false at its end.
  private func fill() -> Bool {
    let old = pending.count
    let room = 1 << 16
    pending.reserveCapacity(old + room)
    let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = max(0, read(pipe, buffer.baseAddress!, room))
    }
    pending += more
    return !more.isEmpty
  }

  private func takeMessage() -> [UInt8]? {
    let header = MessageWriter.headerSize
    guard pending.count >= header else { return nil }
    let size = (0..<header).reduce(0) { $0 | Int(pending[$1]) << (8 * $1) }
    guard pending.count >= header + size else { return nil }
    let message = Array(pending[header..<header + size])
    pending.removeFirst(header + size)
    return message
  }

  /// Looks whether the process has ended, and ends it when a lane takes too long.
  private func watch(hasClosed: Bool) {
    end = status(WNOHANG)
    guard end == nil, isOverLimit else { return }
    kill(pid, SIGKILL)
    _ = status()
    end = .overLimit
  }

  private var isOverLimit: Bool {
    let now = ContinuousClock.now
    let seen = progress.pointee
    if seen.lane < 0 || seen.calls != calls {
      calls = seen.calls
      since = now
      return false
    }
    return now - since >= limit
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

/// The child's end of the pipe.
public struct MessageWriter: ~Copyable {
  fileprivate static let headerSize = 4
  private let pipe: Int32

  fileprivate init(pipe: Int32) { self.pipe = pipe }

  /// Sends a message whole. A child without a parent ends.
  public func send(_ message: [UInt8]) {
    let header = (0..<Self.headerSize).map { UInt8(truncatingIfNeeded: message.count >> (8 * $0)) }
    (header + message).withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(pipe, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { _exit(1) }
        rest = rest.dropFirst(count)
      }
    }
  }
}

/// Why no process could be made. Its description is one line.
public struct ProcessError: Error, CustomStringConvertible {
  public let description: String

  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}

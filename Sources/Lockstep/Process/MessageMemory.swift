// SPDX-License-Identifier: GPL-2.0-only
import CIsolation
import Glibc

/// Memory in which a process and its child put what they tell each other: a subject that closes the
/// files of its process, or writes to them, spoils nothing of it.
final class MessageMemory {
  private let start: UnsafeMutableRawPointer
  private static let bytes = 2 * Int(IOPT_CHANNEL_BYTES)

  init() throws(ProcessError) {
    let mapped = mmap(
      nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw ProcessError("cannot map memory") }
    start = mapped
  }

  deinit { munmap(start, Self.bytes) }

  /// Children that are made from now on do not have it.
  func withhold() { madvise(start, Self.bytes, MADV_DONTFORK) }

  /// The parent's side, which is woken at `socket`.
  func parentPort(_ socket: Int32) -> MessagePort {
    MessagePort(socket: socket, incoming: channel(1), outgoing: channel(0))
  }

  /// The child's.
  func childPort(_ socket: Int32) -> MessagePort {
    MessagePort(socket: socket, incoming: channel(0), outgoing: channel(1))
  }

  private func channel(_ number: Int) -> UnsafeMutablePointer<iopt_channel> {
    (start + number * Int(IOPT_CHANNEL_BYTES)).assumingMemoryBound(to: iopt_channel.self)
  }
}

/// One side of a ``MessageMemory``, with a socket by which the other side is woken. What comes
/// through the socket says nothing by itself.
struct MessagePort: @unchecked Sendable {
  let socket: Int32
  let incoming: UnsafeMutablePointer<iopt_channel>
  let outgoing: UnsafeMutablePointer<iopt_channel>

  /// Sends a message: its size in four bytes, the lowest first, and its bytes. Where there is no room
  /// for more, `waits` is asked, which returns false when nobody will take it; false then.
  func send(_ message: [UInt8], waits: () -> Bool) -> Bool {
    var frame = [UInt8]()
    frame.reserveCapacity(Self.headerSize + message.count)
    for byte in 0..<Self.headerSize {
      frame.append(UInt8(truncatingIfNeeded: message.count >> (8 * byte)))
    }
    frame += message
    var done = 0
    while true {
      done += frame.withUnsafeBytes {
        iopt_channel_write(outgoing, $0.baseAddress! + done, $0.count - done)
      }
      ring()
      if done == frame.count { return true }
      if !waits() { return false }
    }
  }

  /// Takes in at most `count` bytes of what is there.
  func read(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
      read = iopt_channel_read(incoming, buffer.baseAddress!, count)
    }
  }

  private func ring() {
    var bell: UInt8 = 0
    _ = Glibc.send(socket, &bell, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
  }

  /// What a wait came to.
  enum Wait { case woken, nothing, broken }

  /// Waits to be woken, at most so many milliseconds.
  func wait(_ milliseconds: Int32) -> Wait {
    var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return .nothing }
    var bells = [UInt8](repeating: 0, count: 4096)
    let isHeard = recv(socket, &bells, bells.count, Int32(MSG_DONTWAIT)) > 0
    return isHeard ? .woken : .broken
  }

  static let headerSize = 4
  /// No message is larger.
  static let mostBytes = 1 << 30

  /// The size that a message's first bytes tell.
  static func size(_ header: ArraySlice<UInt8>) -> Int {
    header.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

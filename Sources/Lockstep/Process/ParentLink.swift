// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// How a child speaks with its parent, in messages.
public struct ParentLink: Sendable {
  private let socket: Int32
  private let process = getpid()

  init(socket: Int32) { self.socket = socket }

  /// Ends the process when it is a copy that a subject has made of the one that speaks here.
  public func endIfCopy() { if getpid() != process { _exit(0) } }

  /// Sends a message whole. A child without a parent ends.
  public func send(_ message: [UInt8]) {
    endIfCopy()
    if !Frame.send(message, to: socket) { _exit(1) }
  }

  /// Waits for a message; nil when no more will come.
  public func receive() -> [UInt8]? {
    guard let header = read(Frame.headerSize) else { return nil }
    return read(Frame.size(header[...]))
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let more = bytes.withUnsafeMutableBytes {
        Glibc.read(socket, $0.baseAddress! + done, count - done)
      }
      if more < 0 && errno == EINTR { continue }
      if more <= 0 { return nil }
      done += more
    }
    return bytes
  }
}

/// A message on its way: its size in four bytes, the lowest first, and its bytes.
enum Frame {
  static let headerSize = 4

  static func size(_ header: ArraySlice<UInt8>) -> Int {
    header.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// False when the other side is gone.
  static func send(_ message: [UInt8], to socket: Int32) -> Bool {
    var frame = [UInt8]()
    frame.reserveCapacity(headerSize + message.count)
    for byte in 0..<headerSize {
      frame.append(UInt8(truncatingIfNeeded: message.count >> (8 * byte)))
    }
    frame += message
    return frame.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress!
        let count = Glibc.send(socket, start, rest.count, Int32(MSG_NOSIGNAL))
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }
}

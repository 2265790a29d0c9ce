// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// How a child speaks with its parent, in messages.
public struct ParentLink: Sendable {
  private let port: MessagePort
  private let process = getpid()
  private let parent = getppid()

  init(_ port: MessagePort) { self.port = port }

  /// Ends the process when it is a copy that a subject has made of the one that speaks here.
  public func endIfCopy() { if getpid() != process { _exit(0) } }

  /// Sends a message whole. A child without a parent ends.
  public func send(_ message: [UInt8]) {
    endIfCopy()
    let isSent = port.send(message) {
      usleep(100)
      return getppid() == parent
    }
    if !isSent { _exit(1) }
  }

  /// Waits for a message; nil when no more will come.
  public func receive() -> [UInt8]? {
    guard let header = read(MessagePort.headerSize) else { return nil }
    return read(MessagePort.size(header[...]))
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      bytes += port.read(count - bytes.count)
      if bytes.count == count { return bytes }
      // A subject may have closed the socket: then it is looked at now and then.
      if port.wait(100) == .broken { usleep(1000) }
      if getppid() != parent { return nil }
    }
  }
}

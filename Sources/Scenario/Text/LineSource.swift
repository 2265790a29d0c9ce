// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// Hands out the lines of an input, in a buffer that grows only to the longest line.
public struct LineSource: ~Copyable {
  private var input: ByteInput
  private var buffer: UnsafeMutableRawBufferPointer
  /// Bytes that were read and not yet handed out.
  private var pending = 0..<0
  private var isAtEnd = false
  /// The line handed out last, counted from 1.
  public private(set) var line = 0

  /// Bytes of the longest line that is read.
  static let longestLine = 4 << 20
  private static let initialSize = 1 << 17

  /// Reads what the input has.
  public init(_ input: consuming ByteInput) {
    self.input = input
    buffer = .allocate(byteCount: Self.initialSize, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// The path as it was given, for errors.
  public var name: String { input.name }

  /// The next line without its line end, valid until the next call, or nil at the end.
  public mutating func next() throws(ScenarioError) -> UnsafeBufferPointer<UInt8>? {
    var searched = 0
    while true {
      if let length = lineLength(after: searched) {
        if length > Self.longestLine { throw overlong }
        return take(length, andLineEnd: 1)
      }
      searched = pending.count
      if searched > Self.longestLine { throw overlong }
      if isAtEnd { return pending.isEmpty ? nil : take(pending.count, andLineEnd: 0) }
      try readMore()
    }
  }

  /// Passes over the line that `next` found too long, and counts it; false if it found none such.
  public mutating func skipOverlong() throws(ScenarioError) -> Bool {
    guard pending.count > Self.longestLine else { return false }
    while true {
      if let length = lineLength(after: 0) {
        _ = take(length, andLineEnd: 1)
        return true
      }
      pending = pending.upperBound..<pending.upperBound
      if isAtEnd { break }
      try readMore()
    }
    line += 1
    return true
  }

  /// The length of the first pending line; its first `searched` bytes hold no line end.
  @inline(__always)
  private func lineLength(after searched: Int) -> Int? {
    let from = buffer.baseAddress! + pending.lowerBound
    guard let found = memchr(from + searched, 0x0a, pending.count - searched) else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(from)
  }

  @inline(__always)
  private mutating func take(_ length: Int, andLineEnd ending: Int) -> UnsafeBufferPointer<UInt8> {
    let from = buffer.baseAddress! + pending.lowerBound
    pending = pending.lowerBound + length + ending..<pending.upperBound
    line += 1
    return UnsafeBufferPointer(
      start: UnsafePointer(from.assumingMemoryBound(to: UInt8.self)), count: length)
  }

  private mutating func readMore() throws(ScenarioError) {
    let rest = UnsafeRawBufferPointer(rebasing: buffer[pending])
    if rest.count * 2 > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: buffer.count * 2, alignment: 16)
      larger.copyMemory(from: rest)
      buffer.deallocate()
      buffer = larger
    } else {
      buffer.copyMemory(from: rest)
    }
    pending = 0..<rest.count
    let count = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[rest.count...]))
    isAtEnd = count == 0
    pending = 0..<rest.count + count
  }

  private var overlong: ScenarioError {
    ScenarioError(
      file: name, position: .text(line: line + 1, column: Self.longestLine + 1),
      message: "expected a line of at most \(Self.longestLine) bytes")
  }
}

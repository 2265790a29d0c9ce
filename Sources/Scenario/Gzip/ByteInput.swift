// SPDX-License-Identifier: GPL-2.0-only

/// A stream of bytes that inflates gzip on the way, recognised by its first two bytes. Its memory
/// does not grow with the input.
public struct ByteInput: ~Copyable {
  private var raw: RawInput
  private var inflater = Inflater()
  private var isCompressed = false
  private var isBegun = false
  private let chunk: UnsafeMutableRawBufferPointer
  /// Bytes of the chunk that were read and not yet handed on.
  private var pending: Range<Int>

  private static let chunkSize = 1 << 16

  /// Opens a file; `-` is standard input.
  public init(path: String) throws(ScenarioError) {
    raw = try RawInput(path: path)
    chunk = .allocate(byteCount: Self.chunkSize, alignment: 16)
    pending = 0..<0
  }

  /// Reads bytes in memory; `name` stands for the file in errors.
  public init(bytes: [UInt8], name: String) {
    raw = RawInput(bytes: bytes, name: name)
    chunk = .allocate(byteCount: Self.chunkSize, alignment: 16)
    pending = 0..<0
  }

  /// Looks whether the input is compressed.
  private mutating func begin() throws(ScenarioError) {
    isBegun = true
    try fillWithAtLeastTwoBytes()
    isCompressed = pending.count >= 2 && chunk[0] == 0x1f && chunk[1] == 0x8b
  }

  deinit { chunk.deallocate() }

  /// The path as it was given, for errors.
  public var name: String { raw.name }

  /// Reads up to `buffer.count` bytes, at least one unless the input is at its end.
  public mutating func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ScenarioError) -> Int {
    if !isBegun { try begin() }
    if isCompressed { return try readInflated(into: buffer) }
    if pending.isEmpty { return try raw.read(into: buffer) }
    let count = min(pending.count, buffer.count)
    let front = pending.lowerBound..<pending.lowerBound + count
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[front]))
    pending = front.upperBound..<pending.upperBound
    return count
  }

  private mutating func readInflated(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(ScenarioError) -> Int {
    while true {
      if pending.isEmpty {
        pending = 0..<(try raw.read(into: chunk))
        if pending.isEmpty {
          if inflater.isBetweenMembers { return 0 }
          throw compressedFault("expected more compressed data, found the end of the file")
        }
      }
      let input = UnsafeMutableRawBufferPointer(rebasing: chunk[pending])
      let step = inflater.inflate(input, into: buffer)
      pending = pending.lowerBound + step.consumed..<pending.upperBound
      if let fault = step.fault { throw compressedFault(fault) }
      if step.produced > 0 { return step.produced }
    }
  }

  private func compressedFault(_ message: String) -> ScenarioError {
    ScenarioError(
      file: raw.name, position: .compressed(offset: inflater.consumed), message: message)
  }

  /// A pipe may hand over a single byte at first.
  private mutating func fillWithAtLeastTwoBytes() throws(ScenarioError) {
    while pending.count < 2 {
      let free = UnsafeMutableRawBufferPointer(rebasing: chunk[pending.count...])
      let count = try raw.read(into: free)
      if count == 0 { return }
      pending = 0..<pending.count + count
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Reads a pack from a stream, an input at a time, and believes nothing that it says of itself.
struct PackReader: ~Copyable {
  private var source: ByteInput
  private let chunk: UnsafeMutableRawBufferPointer
  /// Bytes of the chunk that were not taken yet.
  private var pending = 0..<0
  /// Where the next byte stands, after decompression.
  private var offset = 0
  /// Where the line at hand begins.
  private var lineStart = 0

  /// Bytes of the longest line: a checksum, a length and a name.
  private static let longestLine = 40 + 1 + 20 + 1 + InputName.longest

  init(_ source: consuming ByteInput) {
    self.source = source
    chunk = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { chunk.deallocate() }

  /// What is wrong, with the place.
  func fault(_ message: String) -> ScenarioError {
    ScenarioError(
      file: source.name, position: .file, message: "corpus: \(message) (at offset \(lineStart))")
  }

  /// The first line: how many inputs follow.
  mutating func header() throws(ScenarioError) -> Int {
    let magic = CorpusPack.magic
    guard let line = try line(), line.starts(with: magic.utf8),
      let count = Self.number(line.dropFirst(magic.utf8.count))
    else { throw fault("expected `\(magic)COUNT`") }
    let limit = CorpusPack.weightLimit / CorpusPack.weightOfInput
    guard count <= limit else { throw fault("expected at most \(limit) inputs") }
    return count
  }

  mutating func input() throws(ScenarioError) -> CorpusInput {
    let fields = try line()?.split(
      separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard let fields, fields.count == 3, let length = Self.number(fields[1]),
      let checksum = String(validating: fields[0], as: UTF8.self),
      ContentName.isOfThisForm(checksum)
    else { throw fault("expected `SHA1 LENGTH NAME`") }
    let name = String(decoding: fields[2], as: UTF8.self)
    if let reason = InputName.fault(fields[2]) { throw fault(PackCheck.refusal(name, reason)) }
    guard length <= CorpusInput.longest else {
      throw fault("'\(name)' has more than \(CorpusInput.longest) bytes")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    while bytes.count < length {
      guard try fill() else { throw fault("'\(name)' ends before its \(length) bytes") }
      let part = pending.prefix(length - bytes.count)
      bytes += chunk[part]
      take(part.count)
    }
    guard ContentName(of: bytes).description == checksum else {
      throw fault("'\(name)' does not match its checksum")
    }
    return CorpusInput(name: name, bytes: bytes)
  }

  /// Nothing may follow.
  mutating func finish(after count: Int) throws(ScenarioError) {
    lineStart = offset
    if try fill() { throw fault("expected the end after \(count) inputs") }
  }

  /// The text up to the next line end; nil when there is none near.
  private mutating func line() throws(ScenarioError) -> [UInt8]? {
    lineStart = offset
    var line: [UInt8] = []
    while line.count <= Self.longestLine, try fill() {
      let byte = chunk[pending.lowerBound]
      take(1)
      if byte == UInt8(ascii: "\n") { return line }
      line.append(byte)
    }
    return nil
  }

  /// Sees to it that a byte is there; false at the end.
  private mutating func fill() throws(ScenarioError) -> Bool {
    if pending.isEmpty { pending = 0..<(try source.read(into: chunk)) }
    return !pending.isEmpty
  }

  private mutating func take(_ count: Int) {
    pending = pending.lowerBound + count..<pending.upperBound
    offset += count
  }

  /// A number in decimal digits alone.
  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}

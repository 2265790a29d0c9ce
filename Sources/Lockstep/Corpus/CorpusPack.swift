// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A whole corpus in one file: gzip (whose checksum is that of the file), and in it
///
///     iopt-corpus 1 COUNT
///
/// and for each input a line `SHA1 LENGTH NAME` and its bytes. Equal inputs make equal files.
public struct CorpusPack: Equatable, Sendable {
  /// In the order in which they are packed.
  public var inputs: [CorpusInput]

  public init(_ inputs: [CorpusInput]) { self.inputs = inputs }

  private static let magic = "iopt-corpus 1 "

  /// The file's bytes before compression.
  public var bytes: [UInt8] {
    var result = Array("\(Self.magic)\(inputs.count)\n".utf8)
    for input in inputs {
      let name = ContentName(of: input.bytes)
      result += "\(name) \(input.bytes.count) \(input.name)\n".utf8
      result += input.bytes
    }
    return result
  }

  /// Writes the file whole or not at all. It is compressed whatever its name is.
  public func write(to path: String) throws(ScenarioError) {
    var file = try FileOutput(path: path)
    // That name alone makes the output compress.
    try file.append(path.hasSuffix(".gz") ? bytes : bytes.withUnsafeBytes(gzipCompressed))
    try file.commit()
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    try CorpusFolder(end.map { String(path[...$0]) } ?? ".").synchronize()
  }

  /// Reads a file and checks every input against its checksum.
  public init(path: String) throws(ScenarioError) {
    var input = try ByteInput(path: path)
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try input.read(into: chunk)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    try self.init(bytes: bytes, file: path)
  }

  private init(bytes: [UInt8], file: String) throws(ScenarioError) {
    var reader = PackReader(bytes: bytes, file: file)
    let header = try reader.line()
    guard header.hasPrefix(Self.magic), let count = Int(header.dropFirst(Self.magic.count)),
      count >= 0
    else { throw reader.fault("expected `\(Self.magic)COUNT`") }
    inputs = []
    while inputs.count < count { inputs.append(try reader.input()) }
    guard reader.isAtEnd else { throw reader.fault("expected the end after \(count) inputs") }
  }
}

private struct PackReader {
  let bytes: [UInt8]
  let file: String
  private var position = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  var isAtEnd: Bool { position == bytes.count }

  func fault(_ message: String) -> ScenarioError {
    ScenarioError(
      file: file, position: .file, message: "corpus: \(message) (at offset \(position))")
  }

  /// The text up to the next line end.
  mutating func line() throws(ScenarioError) -> String {
    let rest = bytes[position...].prefix(512)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
      throw fault("expected a line of text")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  mutating func input() throws(ScenarioError) -> CorpusInput {
    let fields = try line().split(separator: " ", maxSplits: 2).map(String.init)
    guard fields.count == 3, ContentName.isOfThisForm(fields[0]), let length = Int(fields[1]),
      length >= 0
    else { throw fault("expected `SHA1 LENGTH NAME`") }
    let name = fields[2]
    guard !name.hasPrefix("."), !name.contains("/"), !TemporaryFile.isNameOfOne(name) else {
      throw fault("'\(name)' cannot be the name of an input")
    }
    guard length <= bytes.count - position else {
      throw fault("'\(name)' ends before its \(length) bytes")
    }
    let content = Array(bytes[position..<position + length])
    guard ContentName(of: content).description == fields[0] else {
      throw fault("'\(name)' does not match its checksum")
    }
    position += length
    return CorpusInput(name: name, bytes: content)
  }
}

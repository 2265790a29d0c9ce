// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A whole corpus in one file: gzip (whose checksum is that of the file), and in it
///
///     iopt-corpus 1 COUNT
///
/// and for each input a line `SHA1 LENGTH NAME` and its bytes. Equal inputs make equal files. What
/// could not be put back into a folder is neither written nor read.
public struct CorpusPack: Equatable, Sendable {
  /// In the order in which they are packed.
  public var inputs: [CorpusInput]

  public init(_ inputs: [CorpusInput]) { self.inputs = inputs }

  static let magic = "iopt-corpus 1 "

  /// Bytes that a pack takes in memory at most, each input's own and ``weightOfInput`` for it: a
  /// small gzip file may hold any number of them.
  public static let weightLimit = 1 << 28
  static let weightOfInput = 1 << 8

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
    if let fault { throw ScenarioError(file: path, position: .file, message: "corpus: \(fault)") }
    var file = try FileOutput(path: path)
    // That name alone makes the output compress.
    try file.append(path.hasSuffix(".gz") ? bytes : bytes.withUnsafeBytes(gzipCompressed))
    try file.commit()
    let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    try CorpusFolder(end.map { String(path[...$0]) } ?? ".").synchronize()
  }

  /// Reads a file and checks every input against its checksum. The header comes first, and memory is
  /// bounded whatever the file holds, to ``weightLimit`` unless told.
  public init(path: String, weightLimit: Int = weightLimit) throws(ScenarioError) {
    var reader = PackReader(try ByteInput(path: path))
    let count = try reader.header()
    inputs = []
    var check = PackCheck(weightLimit: weightLimit)
    for _ in 0..<count {
      let input = try reader.input()
      if let fault = check.fault(of: input) { throw reader.fault(fault) }
      inputs.append(input)
    }
    try reader.finish(after: count)
  }

  /// What keeps this from being a pack, or nil.
  private var fault: String? {
    var check = PackCheck(weightLimit: Self.weightLimit)
    return inputs.lazy.compactMap { check.fault(of: $0) }.first
  }
}

/// Looks at inputs one by one: whether they can be packed together.
struct PackCheck {
  /// As bytes: a file system tells some apart that are equal as strings, é as one character and as
  /// an e with an accent.
  private var names: Set<[UInt8]> = []
  private var weight = 0
  private let weightLimit: Int

  init(weightLimit: Int) { self.weightLimit = weightLimit }

  /// What is wrong with the next one, or nil.
  mutating func fault(of input: CorpusInput) -> String? {
    if let fault = InputName.fault(input.name.utf8) { return Self.refusal(input.name, fault) }
    guard input.isIntact else {
      return Self.refusal(input.name, "it is the checksum of other bytes")
    }
    guard names.insert(Array(input.name.utf8)).inserted else {
      return Self.refusal(input.name, "another input has it")
    }
    if input.bytes.count > CorpusInput.longest {
      return "'\(input.name)' has more than \(CorpusInput.longest) bytes"
    }
    weight += input.bytes.count + CorpusPack.weightOfInput
    if weight > weightLimit {
      return "expected at most \(weightLimit) bytes, with"
        + " \(CorpusPack.weightOfInput) more for each input"
    }
    return nil
  }

  static func refusal(_ name: String, _ reason: String) -> String {
    "'\(name)' cannot be the name of an input: \(reason)"
  }
}

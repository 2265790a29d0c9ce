// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

/// A folder of fuzz inputs, one a file. Every file is written beside its place, seen to the disk
/// and renamed there, so whoever stops in the middle leaves whole files only.
public struct CorpusFolder {
  /// The folder as it was named, without a slash of ours.
  public let path: String

  /// `create`: make the folder when there is none.
  public init(_ path: String, create: Bool = false) throws(ScenarioError) {
    self.path = path
    if create, mkdir(path, 0o777) != 0, errno != EEXIST {
      throw Self.failure("cannot create the folder", path)
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.failure("cannot open the folder", path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw ScenarioError(file: path, position: .file, message: "expected a folder")
    }
  }

  /// All inputs, in order of their names; what cannot be read is an error.
  public func inputs() throws(ScenarioError) -> [CorpusInput] {
    let contents = try contents()
    if let fault = contents.faults.first { throw fault }
    return contents.inputs
  }

  /// All bytes of a file; of one that is longer than any input, those and some more.
  public func read(_ name: String) throws(ScenarioError) -> [UInt8] {
    guard let bytes = try readIfThere(name) else {
      throw Self.failure("cannot open", "\(path)/\(name)")
    }
    return bytes
  }

  /// The same; nil when there is no such file.
  public func readIfThere(_ name: String) throws(ScenarioError) -> [UInt8]? {
    try readFile("\(path)/\(name)", limit: CorpusInput.longest + 1)
  }

  /// Whether a file of this name is there.
  public func contains(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// Puts a file in its place, whole or not at all.
  public func write(_ bytes: [UInt8], as name: String) throws(ScenarioError) {
    var file = try FileOutput(path: "\(path)/\(name)", removesLeftovers: false)
    try file.append(bytes)
    try file.commit()
  }

  /// Removes a file; false when somebody else has removed it.
  @discardableResult
  public func removeIfThere(_ name: String) throws(ScenarioError) -> Bool {
    let file = "\(path)/\(name)"
    if unlink(file) == 0 { return true }
    if errno == ENOENT { return false }
    throw Self.failure("cannot remove", file)
  }

  /// Gives a file another name, unless somebody else has removed it.
  func rename(_ name: String, to other: String) throws(ScenarioError) {
    let file = "\(path)/\(name)"
    if Glibc.rename(file, "\(path)/\(other)") != 0, errno != ENOENT {
      throw Self.failure("cannot rename", file)
    }
  }

  /// Removes what a stopped writer left, unless a writer has come for it since.
  func removeLeftover(_ name: String) -> Bool {
    TemporaryFile.removeIfAbandoned("\(path)/\(name)")
  }

  /// Sees to the disk which files are there, after some were added or removed.
  public func synchronize() throws(ScenarioError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("cannot open the folder", path) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw Self.failure("cannot write the folder", path) }
  }

  static func failure(_ what: String, _ file: String) -> ScenarioError {
    ScenarioError(
      file: file, position: .file, message: "\(what): \(String(cString: strerror(errno)))")
  }
}

/// A file of a corpus.
public struct CorpusInput: Equatable, Sendable {
  /// The file's name, without a folder.
  public var name: String
  /// The whole file.
  public var bytes: [UInt8]

  /// Bytes of the longest input: libFuzzer reads no longer ones.
  public static let longest = 1 << 20

  public init(name: String, bytes: [UInt8] = []) {
    self.name = name
    self.bytes = bytes
  }

  /// False for a name that should be that of the content and is not: the file was damaged.
  public var isIntact: Bool {
    !ContentName.isOfThisForm(name) || name == ContentName(of: bytes).description
  }
}

extension FileOutput {
  mutating func append(_ bytes: [UInt8]) throws(ScenarioError) {
    let result = bytes.withUnsafeBytes { part -> Result<Void, ScenarioError> in
      do throws(ScenarioError) {
        return .success(try append(part))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}

/// The first `limit` bytes of a file as they are, or all; nil when there is no such file.
private func readFile(_ path: String, limit: Int) throws(ScenarioError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  if descriptor < 0, errno == ENOENT { return nil }
  guard descriptor >= 0 else { throw CorpusFolder.failure("cannot open", path) }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 12)
  while true {
    let count = read(descriptor, &chunk, min(chunk.count, limit - result.count))
    if count == 0 { return result }
    if count > 0 {
      result += chunk[..<count]
    } else if errno != EINTR {
      throw CorpusFolder.failure("cannot read", path)
    }
  }
}

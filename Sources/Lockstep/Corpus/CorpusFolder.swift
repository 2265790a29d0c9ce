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

  /// What is in the folder.
  public struct Listing: Equatable, Sendable {
    /// Names of inputs, sorted.
    public var inputs: [String] = []
    /// Names of scenarios in text that stand alone, not beside an input that they explain.
    public var texts: [String] = []
    /// Names of files that a writer left when it was stopped; they hold nothing that is needed.
    public var leftovers: [String] = []
  }

  /// Inputs are all regular files but hidden ones, leftovers, and what stands beside an input to
  /// explain it (`.iopt`, `.iopt.gz`, `.txt`).
  public func listing() throws(ScenarioError) -> Listing {
    guard let folder = opendir(path) else { throw Self.failure("cannot open the folder", path) }
    defer { closedir(folder) }
    var listing = Listing()
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix("."), isRegularFile(name) else { continue }
      if TemporaryFile.isNameOfOne(name) {
        if TemporaryFile.isAbandoned("\(path)/\(name)") { listing.leftovers.append(name) }
      } else if name.hasSuffix(".iopt") || name.hasSuffix(".iopt.gz") {
        listing.texts.append(name)
      } else if !name.hasSuffix(".txt") {
        listing.inputs.append(name)
      }
    }
    let explained = Set(listing.inputs.map(Self.stem))
    listing.texts.removeAll { explained.contains(Self.stem($0)) }
    listing.texts.sort()
    listing.inputs.sort()
    listing.leftovers.sort()
    return listing
  }

  /// A name without what follows its first dot.
  private static func stem(_ name: String) -> Substring { name.prefix { $0 != "." } }

  /// The scenarios of all texts, in order of their names; of several in one file, `#N` after the
  /// name says which.
  public func texts() throws(ScenarioError) -> [(name: String, scenario: Scenario)] {
    var result: [(name: String, scenario: Scenario)] = []
    for name in try listing().texts {
      let scenarios = try readScenarios(path: "\(path)/\(name)").map(\.scenario)
      for (index, scenario) in scenarios.enumerated() {
        result.append((scenarios.count == 1 ? name : "\(name)#\(index + 1)", scenario))
      }
    }
    return result
  }

  private func isRegularFile(_ name: String) -> Bool {
    var status = stat()
    return stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// All inputs, in order of their names.
  public func inputs() throws(ScenarioError) -> [CorpusInput] {
    var result: [CorpusInput] = []
    for name in try listing().inputs {
      result.append(CorpusInput(name: name, bytes: try read(name)))
    }
    return result
  }

  /// The bytes of one file of the folder.
  public func read(_ name: String) throws(ScenarioError) -> [UInt8] {
    try readFile("\(path)/\(name)")
  }

  /// Whether a file of this name is there.
  public func contains(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// Puts a file in its place, whole or not at all.
  public func write(_ bytes: [UInt8], as name: String) throws(ScenarioError) {
    var file = try FileOutput(path: "\(path)/\(name)")
    try file.append(bytes)
    try file.commit()
  }

  /// Removes a file; an error when it is not there.
  public func remove(_ name: String) throws(ScenarioError) {
    let file = "\(path)/\(name)"
    if unlink(file) != 0 { throw Self.failure("cannot remove", file) }
  }

  /// Removes what a stopped writer left, unless a writer has come for it since.
  public func removeLeftover(_ name: String) {
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

  public init(name: String, bytes: [UInt8]) {
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

/// All bytes of a file as they are.
func readFile(_ path: String) throws(ScenarioError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw CorpusFolder.failure("cannot open", path) }
  defer { close(descriptor) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return result }
    if count > 0 {
      result += chunk[..<count]
    } else if errno != EINTR {
      throw CorpusFolder.failure("cannot read", path)
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc
import ScenarioLanguage

extension CorpusFolder {
  /// What is in the folder.
  public struct Listing: Equatable, Sendable {
    /// Names of inputs, sorted.
    public var inputs: [String] = []
    /// Names of scenarios in text that stand alone, not beside an input that they explain.
    public var texts: [String] = []
    /// Names of files that a writer left when it was stopped; they hold nothing that is needed.
    public var leftovers: [String] = []
    /// Names that are no UTF-8, with replacement characters: such files are passed over.
    public var unreadable: [String] = []
    /// How many logs and reports are there (`.log`, `.txt`).
    public var reports = 0
  }

  /// Inputs are all regular files but hidden ones, leftovers, and what stands beside an input to
  /// explain it (`.iopt`, `.iopt.gz`, `.txt`, `.log`).
  public func listing() throws(ScenarioError) -> Listing {
    guard let folder = opendir(path) else { throw Self.failure("cannot open the folder", path) }
    defer { closedir(folder) }
    var listing = Listing()
    while let entry = readdir(folder) {
      withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { add($0, to: &listing) }
      }
    }
    let explained = Set(listing.inputs.map(Self.stem))
    listing.texts.removeAll { explained.contains(Self.stem($0)) }
    listing.texts.sort()
    listing.inputs.sort()
    listing.leftovers.sort()
    listing.unreadable.sort()
    return listing
  }

  private func add(_ bytes: UnsafePointer<CChar>, to listing: inout Listing) {
    guard bytes[0] != CChar(bitPattern: UInt8(ascii: ".")) else { return }
    guard let name = String(validatingCString: bytes) else {
      return listing.unreadable.append(String(cString: bytes))
    }
    guard isRegularFile(name) else { return }
    if TemporaryFile.isNameOfOne(name) {
      if TemporaryFile.isAbandoned("\(path)/\(name)") { listing.leftovers.append(name) }
    } else if InputName.isText(name) {
      listing.texts.append(name)
    } else if InputName.isReport(name) {
      listing.reports += 1
    } else {
      listing.inputs.append(name)
    }
  }

  /// A name without what follows its first dot.
  private static func stem(_ name: String) -> Substring { name.prefix { $0 != "." } }

  private func isRegularFile(_ name: String) -> Bool {
    var status = stat()
    return stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

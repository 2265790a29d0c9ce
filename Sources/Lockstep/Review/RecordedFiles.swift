// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The scenarios that came with this program, recorded ones and those that were written for what chance
/// does not reach: those of the source tree that it was built in, or those that were installed beside
/// it.
public struct RecordedFiles {
  /// Paths, the smallest files first: what was recorded for one case of its own is small.
  public let paths: [String]

  /// Looks for them.
  public init() {
    let isThere = { (path: String) in access(path, R_OK) == 0 }
    let folder = shipped(["share/lockstep/recorded", "Corpus/kernel"], where: isThere)
    let written = folder.map { "\($0)/../scenarios" }.flatMap { isThere($0) ? $0 : nil }
    self.init(in: [folder, written].compactMap(\.self))
  }

  /// Those of folders and of all folders in them.
  init(in folders: [String]) {
    var files: [(size: Int, path: String)] = []
    var folders = folders
    while let next = folders.popLast() {
      for path in Self.contents(of: next) {
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append(path)
        case S_IFREG where path.hasSuffix(".iopt") || path.hasSuffix(".iopt.gz"):
          files.append((Int(status.st_size), path))
        default: break
        }
      }
    }
    paths = files.sorted { ($0.size, $0.path) < ($1.size, $1.path) }.map(\.path)
  }

  private static func contents(of folder: String) -> [String] {
    guard let listing = opendir(folder) else { return [] }
    defer { closedir(listing) }
    var paths: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { paths.append("\(folder)/\(name)") }
    }
    return paths
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Glibc

extension TemporaryFile {
  /// Removes what writers of `target` left that were stopped: files of this form beside it.
  static func removeLeftovers(of target: String) {
    let (folder, name) = split(target)
    removeAbandoned(in: folder.isEmpty ? "." : folder, startingWith: name + mark)
  }

  /// Removes the temporary files of a folder whose names start so, whose process is gone and whose
  /// lock is free. A folder that cannot be read is left alone.
  public static func removeAbandoned(in folder: String, startingWith prefix: String) {
    guard let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      guard let found, found.utf8.starts(with: prefix.utf8), let process = process(of: found),
        process != getpid(), kill(process, 0) != 0, errno == ESRCH
      else { continue }
      removeIfAbandoned("\(folder)/\(found)")
    }
  }

  /// Whose number a name of this form ends with; nil for other names.
  private static func process(of name: String) -> pid_t? {
    guard isNameOfOne(name), let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")) else {
      return nil
    }
    return pid_t(String(name[name.utf8.index(after: dash)...])).flatMap { $0 > 0 ? $0 : nil }
  }
}

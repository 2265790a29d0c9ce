// SPDX-License-Identifier: GPL-2.0-only
import Glibc

/// The folder of files that show what is unsafe. It is made when there is the first.
public enum ReproducerFolder {
  /// Throws where no such folder is and none can be made, so that it is known before anything is run.
  public static func check(_ path: String) throws(LabError) {
    let error = LabError("--reproducers '\(path)': expected a folder, or where one can be made")
    guard var place = path.isEmpty ? nil : path else { throw error }
    var status = stat()
    while stat(place, &status) != 0 {
      guard errno == ENOENT, let above = above(place) else { throw error }
      place = above
    }
    guard status.st_mode & S_IFMT == S_IFDIR, access(place, W_OK | X_OK) == 0 else { throw error }
  }

  /// Makes it, and those above it.
  static func make(_ path: String) {
    if mkdir(path, 0o777) != 0, errno == ENOENT, let above = above(path) {
      make(above)
      mkdir(path, 0o777)
    }
  }

  /// The folder that it lies in; nil where there is none above.
  private static func above(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    if parts.count > 1 {
      return (path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
    }
    if parts.isEmpty || path == "." { return nil }
    return path.hasPrefix("/") ? "/" : "."
  }
}

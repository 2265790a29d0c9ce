// SPDX-License-Identifier: GPL-2.0-only
import CIsolation
import Glibc

/// A folder below TMPDIR that goes with this object, or when a signal ends the process.
final class TemporaryFolder: Sendable {
  let path: String
  private let companion: Int32

  /// `lockstep-NAME-…`; nil when there can be none.
  init?(_ name: String) {
    var template = Array("\(Self.parent)/lockstep-\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    companion = iopt_companion_folder(path)
  }

  deinit {
    remove()
    iopt_companion_forget(companion)
  }

  /// Removes it now, with all that is in it.
  func remove() { _ = try? ShellCommand(["rm", "-rf", path]) { _ in true } }

  /// Where such folders are made.
  static var parent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A kernel's source as `make kernel-source` leaves it, for tests. Debian goes on to other point
/// releases: what a test pins to the one that it was written for is skipped by name then. Two test
/// targets have this file: one by a link.
struct FetchedTree {
  /// The release that is asked for: `7.3`.
  let release: String
  let path: String

  private static let kernels = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent(".kernel").path
  /// What expectations were written for.
  private static let recorded = ["7.2": "7.2.13", "7.3": "7.3.4"]

  /// A release's in the repository's own `.kernel`, or in another folder of such trees.
  init(_ release: String, in folder: String = kernels) {
    self.release = release
    path = "\(folder)/\(release)"
  }

  var isThere: Bool { FileManager.default.fileExists(atPath: "\(path)/Makefile") }

  /// The release that its Makefile names, `7.3.4`; nil without one.
  var pointRelease: String? {
    guard let text = try? String(contentsOfFile: "\(path)/Makefile", encoding: .utf8) else {
      return nil
    }
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    let parts = ["VERSION", "PATCHLEVEL", "SUBLEVEL"].compactMap { name in
      lines.first { $0.count > 2 && $0[0] == name && $0[1] == "=" }?[2]
    }
    return parts.count == 3 ? parts.joined(separator: ".") : nil
  }

  /// Whether it is the point release that expectations were written for.
  var isRecorded: Bool { pointRelease != nil && pointRelease == Self.recorded[release] }

  /// Why a test that needs it is skipped.
  var needs: Comment { "needs a tree: make kernel-source VERSION=\(release)" }

  /// Why a test that is pinned to its point release is skipped.
  var needsRecorded: Comment {
    guard let found = pointRelease else { return needs }
    let wanted = Self.recorded[release] ?? release
    return "is pinned to Linux \(wanted), and .kernel/\(release) is Linux \(found)"
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// The fuzzer that `make fuzz-build` left. Two test targets have this file: one by a link.
enum BuiltFuzzer {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let path = root.appendingPathComponent("Fuzz/.build/release/iopt-fuzz").path

  static let comment = "needs a fuzzer that is up to date: make fuzz-build"

  /// Whether it is there, and not from before a source in `folders` was written.
  static func isUpToDate(_ folders: [String]) -> Bool {
    guard let built = date(path) else { return false }
    return folders.flatMap(sources).allSatisfy { date($0).map { $0 <= built } ?? false }
  }

  private static func date(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  private static func sources(_ folder: String) -> [String] {
    let path = root.appendingPathComponent(folder).path
    let names = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
    return names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }.map { "\(path)/\($0)" }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// A folder that goes away with the test.
final class ScratchFolder {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("lockstep-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: self(name), encoding: .utf8)
  }

  func type(of name: String) throws -> FileAttributeType? {
    try FileManager.default.attributesOfItem(atPath: self(name))[.type] as? FileAttributeType
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// A folder that looks like a kernel tree, for what does not depend on what is in it.
struct StandInTree {
  let path: String

  init(_ path: String, release: String = "7.3.4") throws {
    self.path = path
    let parts = release.split(separator: ".")
    try write(
      "Makefile", "VERSION = \(parts[0])\nPATCHLEVEL = \(parts[1])\nSUBLEVEL = \(parts[2])\n")
    try write("drivers/iommu/generic_pt/fmt/iommu_toy.c", "int toy;\n")
  }

  /// Writes one of its files.
  func write(_ name: String, _ text: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}

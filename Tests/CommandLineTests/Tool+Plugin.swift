// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

extension Tool {
  /// Builds the example plug-in with changes to its text; returns the shared object's path.
  static func examplePlugin(
    in scratch: ScratchFolder, replacing changes: [(String, String)] = []
  ) throws -> String {
    var text = try String(
      contentsOf: root.appendingPathComponent("Documentation/example-plugin/sv39.c"),
      encoding: .utf8)
    for (old, new) in changes {
      try #require(text.contains(old), "the example has no '\(old)'")
      text = text.replacingOccurrences(of: old, with: new)
    }
    let name = UUID().uuidString
    let source = try scratch.file("\(name).c", text.utf8)
    let object = scratch("\(name).so")
    let compiler = try run(
      "/usr/bin/env",
      [
        "clang", "-std=c11", "-w", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-I",
        "reference/abi", "-o", object, source,
      ])
    try #require(compiler.status == 0, "\(compiler.errors)")
    return object
  }
}

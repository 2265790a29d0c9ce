// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The patches of `Fuzz/Faults`, which `make faults` and the history build.
@Suite struct FaultPatchTests {
  private static let names =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: Tool.root.appendingPathComponent("Fuzz/Faults").path)) ?? [])
    .filter { $0.hasSuffix(".patch") }.sorted()

  @Test func thereAreSome() { #expect(Self.names.count > 20) }

  /// A change to the port can take a patch's ground from it, and nobody would miss the fault.
  @Test(arguments: names) func itAppliesToThePortAsItIs(_ name: String) throws {
    let tool = try Tool.run(
      "/usr/bin/env", ["git", "apply", "--check", "Fuzz/Faults/\(name)"])
    #expect(tool.status == 0, "\(tool.errors)")
  }

  /// It begins with what it is.
  @Test(arguments: names) func itSaysWhatItIs(_ name: String) throws {
    let url = Tool.root.appendingPathComponent("Fuzz/Faults/\(name)")
    let first = try String(contentsOf: url, encoding: .utf8).prefix { $0 != "\n" }
    #expect(first.split(separator: " ").count > 4 && !first.hasPrefix("---"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The fuzz build compiles the same rooms as the root package: nothing may be added to one
/// manifest only.
@Suite struct ManifestTests {
  private struct Manifest: Decodable {
    struct Target: Decodable {
      var name: String
      var type: String
    }
    var targets: [Target]
  }

  private func targets(at path: String) throws -> Set<String> {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-manifest-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let tool = try Tool.run(
      "/usr/bin/env",
      ["swift", "package", "--package-path", path, "--scratch-path", scratch.path, "dump-package"])
    try #require(tool.status == 0, "\(tool.errors)")
    let manifest = try JSONDecoder().decode(Manifest.self, from: Data(tool.output.utf8))
    return Set(manifest.targets.filter { $0.type != "test" }.map(\.name))
  }

  @Test func bothManifestsBuildTheSameRooms() throws {
    let root = try targets(at: ".").subtracting([
      "iopt-bench", "iopt-coverage", "iopt-manual", "iopt-tests",
    ])
    let fuzz = try targets(at: "Fuzz").subtracting(["CFuzzer", "FuzzTarget", "iopt-fuzz"])
    #expect(root == fuzz)
    #expect(root.count > 5)
  }

  @Test func everyRoomOfTheFuzzBuildIsALinkToTheRootsOwn() throws {
    let folder = Tool.root.appendingPathComponent("Fuzz/Sources").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!names.isEmpty)
    for name in names {
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
      #expect(target == "../../Sources/\(name)")
    }
  }
}

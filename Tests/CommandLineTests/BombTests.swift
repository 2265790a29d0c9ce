// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// Hostile gzip files: a few KiB that hold hundreds of MiB.
@Suite struct BombTests {
  private func run(_ verb: String..., on content: [UInt8]) throws -> Tool {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-bomb-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bomb = folder.appendingPathComponent("bomb.iopt.gz")
    try Data(content.withUnsafeBytes { gzipCompressed($0) }).write(to: bomb)
    var tool = try Tool.iopt(verb + [bomb.path])
    tool.errors = tool.errors.replacingOccurrences(of: folder.path + "/", with: "")
    return tool
  }

  private let newlines = [UInt8](repeating: UInt8(ascii: "\n"), count: 40 << 20)

  @Test(arguments: ["show", "minimize"]) func readingAsAWholeStops(_ verb: String) throws {
    let tool = try run(verb, on: newlines)
    #expect(tool.status == 2)
    #expect(
      tool.errors
        == "bomb.iopt.gz: error: expected at most 33554432 bytes, found more (after decompression)\n"
    )
  }

  /// Each of its lines is kept, with its place.
  @Test func anExportOfTooManyOperationsStops() throws {
    let head = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\n"
    let text = head + String(repeating: "iova_to_phys 0x0\n", count: 1 << 20)
    let tool = try run("export", "kunit", on: Array(text.utf8))
    #expect(tool.status == 2 && tool.output == "")
    #expect(
      tool.errors
        == "bomb.iopt.gz:1048577:1: error: expected at most 1048576 operations in a file that is read"
        + " as a whole\n")
  }

  @Test(arguments: ["replay", "diff", "encode"]) func anEndlessLineStops(_ verb: String) throws {
    let tool = try run(verb, on: [UInt8](repeating: UInt8(ascii: "a"), count: 40 << 20))
    #expect(tool.status == 2)
    #expect(
      tool.errors == "bomb.iopt.gz:1:4194305: error: expected a line of at most 4194304 bytes\n")
  }
}

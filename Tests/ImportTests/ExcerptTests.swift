// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Import
import ScenarioLanguage
import Testing

/// The excerpts of Documentation/import.md, in the formats that people post, import without a wrong
/// operation.
@Suite struct ExcerptTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/import-examples")

  @Test(arguments: [
    (
      "tracefs.txt",
      [
        "dma_map 0 0x1a7c40000 0x2000 from_device cpu=2",
        "dma_map_sg 1 to_device 0x1a7c60000:0x2000 0x115003000:0x1000 cpu=2", "tick 5",
        "dma_unmap 0 cpu=5", "tick 2", "dma_unmap 1 cpu=5",
      ]
    ),
    (
      "trace-cmd.txt",
      [
        "map 0x0 0x240000000 0xa0000 rw", "map 0x100000 0x240100000 0x7f00000 rw",
        "unmap 0x0 0xa0000",
      ]
    ),
    (
      "perf-script.txt",
      [
        "dma_map 0 0x10b2c1000 0x800 from_device",
        "dma_map_sg 1 to_device 0x10b000000:0x1000 0x10b001000:0x1000", "tick 2", "dma_unmap 0",
      ]
    ),
    ("dmesg.txt", ["map 0x80000000 0xc4a00000 0x400000 rw", "unmap 0x80000000 0x400000"]),
    (
      "mail.txt",
      ["dma_map 0 0x1300c0000 0x80000 bidirectional cpu=6", "tick 82894", "dma_unmap 0 cpu=6"]
    ),
  ])
  func anExcerptComesToItsOperations(_ name: String, _ operations: [String]) throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    let imported = try Imported(text)
    #expect(imported.operations == operations)
    #expect(imported.complaints.isEmpty)
    #expect(try imported.scenarios.count == 1)
  }

  @Test func everyExcerptIsTried() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(names.filter { !$0.hasPrefix("dump") }.count == 5)
    #expect(names.filter { $0.hasPrefix("dump") }.count == 2)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// Gzip files of 4 MiB that hold 4 GiB, given to every verb that reads files: a line says what was
/// expected, and memory is bounded. The limit is on addresses, in KiB; table memory takes much of
/// them.
@Suite struct GiantTests {
  private static let addresses = 4_000_000

  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func giant(of byte: UInt8) throws -> String {
    let member = [UInt8](repeating: byte, count: 1 << 20).withUnsafeBytes { gzipCompressed($0) }
    var data = Data()
    for _ in 0..<4096 { data += member }
    try FileManager.default.createDirectory(
      atPath: folder("c"), withIntermediateDirectories: false)
    return try folder.file("c/giant.iopt.gz", data)
  }

  static let verbs = [
    "diff F", "replay F", "record F", "check F", "minimize F", "show F", "encode F",
    "sweep allocations F", "sweep contract F", "corpus unpack F D", "corpus stats C",
    "corpus check C",
  ]

  @Test(arguments: verbs, [UInt8(ascii: "a"), 0])
  func isRefusedInBoundedMemory(_ verb: String, _ byte: UInt8) throws {
    let file = try giant(of: byte)
    let words = verb.split(separator: " ").map { word in
      ["F": file, "C": folder("c"), "D": folder("d")][word] ?? String(word)
    }
    let tool = try Tool.shell(
      "ulimit -v \(Self.addresses); iopt \(words.joined(separator: " "))")
    #expect(tool.status == 2)
    #expect(tool.errors.hasPrefix("\(file):"), "\(tool.errors)")
    #expect(tool.errors.contains(": expected "), "\(tool.errors)")
    #expect(tool.errors.count { $0 == "\n" } == 1, "\(tool.errors)")
  }
}

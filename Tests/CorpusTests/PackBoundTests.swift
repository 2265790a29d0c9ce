// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// Small files that say that they hold much: memory stays small, and a line says why.
@Suite struct PackBoundTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// `head`, and 512 MiB of zeros behind it, in half a MiB.
  private func bomb(_ head: String) throws -> String {
    let zeros = [UInt8](repeating: 0, count: 1 << 20).withUnsafeBytes { gzipCompressed($0) }
    var data = Data(Array(head.utf8).withUnsafeBytes { gzipCompressed($0) })
    for _ in 0..<512 { data += zeros }
    try data.write(to: URL(fileURLWithPath: scratch("bomb")))
    return scratch("bomb")
  }

  private static let sha = String(repeating: "0", count: 40)

  static let bombs: [(head: String, message: String)] = [
    ("", "expected `iopt-corpus 1 COUNT` (at offset 0)"),
    ("iopt-corpus 2 1\n", "expected `iopt-corpus 1 COUNT` (at offset 0)"),
    ("iopt-corpus 1 99999999999999999999\n", "expected `iopt-corpus 1 COUNT` (at offset 0)"),
    ("iopt-corpus 1 +1\n", "expected `iopt-corpus 1 COUNT` (at offset 0)"),
    ("iopt-corpus 1 1048577\n", "expected at most 1048576 inputs (at offset 0)"),
    ("iopt-corpus 1 1\n", "expected `SHA1 LENGTH NAME` (at offset 16)"),
    ("iopt-corpus 1 0\n", "expected the end after 0 inputs (at offset 16)"),
    ("iopt-corpus 1 1\n\(sha) 536870912 x\n", "'x' has more than 1048576 bytes (at offset 16)"),
    ("iopt-corpus 1 1\n\(sha) 1048576 x\n", "'x' does not match its checksum (at offset 16)"),
  ]

  @Test(arguments: bombs) func isRefusedInLittleMemory(_ head: String, _ message: String) throws {
    let command = "iopt corpus unpack \(try bomb(head)) \(scratch("c"))"
    // In KiB, of addresses: what the bombs hold would not fit.
    #expect(try Tool.status("ulimit -v 400000; exec " + command, errors: scratch("errors")) == 2)
    let errors = try String(contentsOfFile: scratch("errors"), encoding: .utf8)
    #expect(errors == "\(scratch("bomb")): error: corpus: \(message)\n")
    #expect(!FileManager.default.fileExists(atPath: scratch("c")))
  }

  /// Each input counts for more than its bytes, so that many empty ones have an end too.
  @Test func allInputsTogetherAreBounded() throws {
    let inputs = (0..<8).map { CorpusInput(name: "n\($0)", bytes: []) }
    try CorpusPack(inputs).write(to: scratch("pack"))
    #expect(try CorpusPack(path: scratch("pack"), weightLimit: 8 * 256).inputs == inputs)
    let error = #expect(throws: ScenarioError.self) {
      try CorpusPack(path: scratch("pack"), weightLimit: 8 * 256 - 1)
    }
    #expect(error?.message.contains("expected at most 2047 bytes") == true)
  }
}

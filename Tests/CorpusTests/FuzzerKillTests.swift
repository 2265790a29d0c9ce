// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The fuzzer itself, killed at random points: `Fuzz/kill-test` does it, 200 times by hand.
@Suite struct FuzzerKillTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let isBuilt = BuiltFuzzer.isUpToDate([
    "Fuzz/Driver", "Fuzz/CFuzzer", "Sources/Lockstep/Corpus", "Sources/Scenario/Gzip",
  ])

  @Test(.enabled(if: isBuilt, "\(BuiltFuzzer.comment)"))
  func aFuzzerThatIsKilledLosesNothing() throws {
    let script = Process()
    script.executableURL = Self.root.appendingPathComponent("Fuzz/kill-test")
    script.arguments = ["20"]
    script.environment = ProcessInfo.processInfo.environment.merging(["IOPT": Tool.path]) { $1 }
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch("output")))
    let output = FileHandle(forWritingAtPath: scratch("output"))
    (script.standardOutput, script.standardError) = (output, output)
    try Tool.withSignals { try script.run() }
    script.waitUntilExit()
    let text = try String(contentsOfFile: scratch("output"), encoding: .utf8)
    #expect(script.terminationStatus == 0, "\(text)")
    #expect(text.hasPrefix("kill test: 20 kills, "), "\(text)")
  }
}

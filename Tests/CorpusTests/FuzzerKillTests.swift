// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The fuzzer itself, killed at random points: `Fuzz/kill-test` does it, 200 times by hand.
@Suite struct FuzzerKillTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let fuzzer = root.appendingPathComponent("Fuzz/.build/release/iopt-fuzz").path

  /// Whether the fuzzer was built, and not before what is tested here was written.
  static let isBuilt: Bool = {
    let files = FileManager.default
    func date(_ path: String) -> Date? {
      (try? files.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
    guard let built = date(fuzzer) else { return false }
    let folders = [
      "Fuzz/Driver", "Fuzz/CFuzzer", "Sources/Lockstep/Corpus", "Sources/Scenario/Gzip",
    ]
    let sources = folders.flatMap { folder in
      let path = root.appendingPathComponent(folder).path
      return (files.enumerator(atPath: path)?.allObjects as? [String] ?? []).map { "\(path)/\($0)" }
    }
    return sources.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }
      .allSatisfy { date($0).map { $0 <= built } ?? false }
  }()

  @Test(.enabled(if: isBuilt, "needs a fuzzer that is up to date: make fuzz-build"))
  func aFuzzerThatIsKilledLosesNothing() throws {
    let script = Process()
    script.executableURL = Self.root.appendingPathComponent("Fuzz/kill-test")
    script.arguments = ["20"]
    script.environment = ProcessInfo.processInfo.environment.merging(["IOPT": Tool.path]) { $1 }
    let output = Pipe()
    script.standardOutput = output
    try Tool.withSignals { try script.run() }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    script.waitUntilExit()
    #expect(script.terminationStatus == 0)
    #expect(text.hasPrefix("kill test: 20 kills, "), "\(text)")
  }
}

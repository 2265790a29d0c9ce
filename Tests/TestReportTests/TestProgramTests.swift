// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// The program that `make test` runs, with a script in place of `swift test`.
@Suite struct TestProgramTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let program =
    [
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
      Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
    ].map { $0.appendingPathComponent("iopt-tests").path }
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "iopt-tests"

  /// Runs it on a stream that the script copies before it ends with a status.
  private func report(
    _ stream: EventStream, status: Int32, _ options: String = ""
  ) throws -> (status: Int32, output: String, log: String) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lockstep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let events = folder.appendingPathComponent("events")
    try Data(stream.lines.map { $0 + "\n" }.joined().utf8).write(to: events)
    // The last line may come late.
    let script = """
      echo said; echo "A.swift:1: Fatal error: dead" >&2
      head -n 3 \(events.path) >"$2"; sleep 0.3; tail -n +4 \(events.path) >>"$2"; exit \(status)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "'\(Self.program)' \(options) --log '\(folder.path)/log' -- sh -c '\(script)' sh"
        + " >'\(folder.path)/out' 2>&1",
    ]
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    let texts = ["out", "log"].map {
      (try? String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)) ?? ""
    }
    return (process.terminationStatus, texts[0], texts[1])
  }

  private static func passing() -> EventStream {
    var stream = EventStream()
    stream.declare(EventStream.good, "passes()")
    stream.event("testStarted", EventStream.good)
    stream.event("testEnded", EventStream.good)
    stream.event("runEnded")
    return stream
  }

  @Test func aGoodRunEndsWithZeroAndWithoutNoise() throws {
    let (status, output, log) = try report(Self.passing(), status: 0)
    #expect(status == 0)
    #expect(output.hasPrefix("slowest:\n  0.5 s  Room.Suite.passes\n1 test in 1 suite: 1 passed"))
    #expect(log.hasPrefix("said\n"))
    #expect(!output.contains("\u{1b}"))
  }

  @Test func aFailureEndsWithOne() throws {
    let (status, output, _) = try report(EventStream.sample(), status: 1)
    #expect(status == 1)
    #expect(output.hasPrefix("failed: Room.Suite.fails"), "\(output)")
  }

  @Test func aRunThatDiesEndsWithOneAndItsLastWords() throws {
    let (status, output, _) = try report(EventStream.sample(ends: false), status: 1)
    #expect(status == 1)
    #expect(output.contains("A.swift:1: Fatal error: dead\n"))
    #expect(output.contains("running when the test process ended"))
  }

  @Test func aStatusThatNoTestExplainsIsAFailure() throws {
    let (status, output, _) = try report(Self.passing(), status: 1)
    #expect(status == 1)
    #expect(output.contains("Fatal error: dead\n"))
  }

  @Test func noTestAtAllIsNoSuccess() throws {
    var stream = EventStream()
    stream.event("runEnded")
    let (status, output, _) = try report(stream, status: 0, "--filter nothing")
    #expect(status == 3)
    #expect(output.contains("no test matches 'nothing'"))
  }

  @Test func badUsageEndsWithTwo() throws {
    let (status, output, _) = try report(Self.passing(), status: 0, "--nonsense x")
    #expect(status == 2)
    #expect(output.hasPrefix("iopt-tests: --nonsense: expected"))
  }
}

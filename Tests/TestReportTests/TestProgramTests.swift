// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

@testable import iopt_tests

/// The program that `make test` runs, with a script in place of the tests.
@Suite struct TestProgramTests {
  private static let program =
    [
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
      Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
    ].map { $0.appendingPathComponent("iopt-tests").path }
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "iopt-tests"

  private struct Outcome {
    var status: Int32
    var output: String
    var log: String
    var files: [String]
    var times: String
  }

  /// Runs it on two suites, `Room.Suite` and `Room.Other`, whose processes tell these streams and
  /// end with these statuses.
  private func report(
    _ suite: EventStream, _ status: Int32, other: EventStream = .skipping(),
    _ otherStatus: Int32 = 0,
    options: String = "", there: [String: String] = [:]
  ) throws -> Outcome {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    let names = (EventStream.suite.tests + EventStream.other.tests).joined(separator: "' '")
    for (name, stream) in [("Suite", suite), ("Other", other)] {
      try Data(stream.lines.map { $0 + "\n" }.joined().utf8)
        .write(to: folder.appendingPathComponent(name))
    }
    // The last lines may come late.
    let script = """
      #!/bin/sh
      if [ "$3" = --list-tests ]; then printf '%s\\n' '\(names)'; exit; fi
      name=Suite status=\(status)
      case "$*" in *Room*Other*) name=Other status=\(otherStatus) ;; esac
      echo "said by $name"; echo 'A.swift:1: Fatal error: dead' >&2
      head -n 2 \(folder.path)/$name >"$5"; sleep 0.3; tail -n +3 \(folder.path)/$name >>"$5"
      exit $status
      """
    for (name, text) in there {
      let path = folder.appendingPathComponent("made/\(name)")
      try files.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: path)
    }
    let bundle = folder.appendingPathComponent("bundle")
    try Data(script.utf8).write(to: bundle)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bundle.path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "'\(Self.program)' --log made/log \(options) ./bundle >out 2>&1",
    ]
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    let texts = ["out", "made/log", "made/log.times"].map {
      (try? String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)) ?? ""
    }
    let made = try? files.contentsOfDirectory(atPath: folder.appendingPathComponent("made").path)
    return Outcome(
      status: process.terminationStatus, output: texts[0], log: texts[1],
      files: (made ?? []).sorted(), times: texts[2])
  }

  private static func passing() -> EventStream {
    var stream = EventStream()
    for name in EventStream.suite.tests {
      stream.event("testStarted", name)
      stream.event("testEnded", name)
    }
    stream.event("runEnded")
    return stream
  }

  @Test func aGoodRunEndsWithZeroAndWithoutNoise() throws {
    let outcome = try report(Self.passing(), 0)
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains("\n3 tests in 2 suites: 2 passed, 1 skipped, in "),
      "\(outcome.output)")
    #expect(outcome.output.contains("slowest:\n  0.5 s  Room.Suite."))
    #expect(!outcome.output.contains("\u{1b}") && !outcome.output.contains("said"))
    let told = /== Room\.Suite, status 0, \d+\.\d s of processor time\nsaid by Suite\n/
    #expect(outcome.log.contains(told), "\(outcome.log)")
    #expect(outcome.files == ["log", "log.times"])
  }

  @Test func aFailureEndsWithOneAndTheOtherSuiteIsRun() throws {
    let outcome = try report(.failing(), 1)
    #expect(outcome.status == 1)
    #expect(outcome.output.hasPrefix("failed: Room.Suite.fails"), "\(outcome.output)")
    #expect(outcome.output.contains(": 1 passed, 1 failed, 1 skipped, in "))
  }

  @Test func aProcessThatDiesEndsWithOneAndItsLastWords() throws {
    let outcome = try report(.failing(ends: false), 132)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("  while it ran fails\n  A.swift:1: Fatal error: dead\n"))
    #expect(outcome.output.contains(": 1 passed, 1 not run to the end, 1 skipped, in "))
  }

  @Test func theFilterChoosesTestsByName() throws {
    let outcome = try report(Self.passing(), 0, options: "--filter Other")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("1 test in 1 suite: 0 passed, 1 skipped"), "\(outcome.output)")
    #expect(!outcome.log.contains("Room.Suite"))
  }

  @Test func timesOfSuitesThatAreNotRunStay() throws {
    let outcome = try report(
      Self.passing(), 0, options: "--filter Suite/",
      there: ["log.times": "Room.Other 7.5\nRoom.Suite 99.0\n"])
    #expect(outcome.times.hasPrefix("Room.Other 7.5\nRoom.Suite 49.5"), "\(outcome.times)")
  }

  @Test func whatARunLeftThatWasKilledGoes() throws {
    let mine = "log.\(getpid()).1.log"
    let outcome = try report(
      Self.passing(), 0, there: ["log.99999999.2.events": "", mine: "", "log.old": ""])
    #expect(outcome.status == 0)
    #expect(outcome.files == ["log", mine, "log.old", "log.times"].sorted())
  }

  @Test(arguments: [("Suite", "Other"), ("Other", "Suite")])
  func whatIsNamedFirstBeginsWhereNoTimeIsKnown(_ first: String, _ second: String) throws {
    let outcome = try report(Self.passing(), 0, options: "--jobs 1 --first '[.]\(first)$'")
    let places = try [first, second].map {
      try #require(outcome.log.range(of: "== Room.\($0), ")?.lowerBound, "\(outcome.log)")
    }
    #expect(places[0] < places[1])
  }

  @Test func noTestAtAllIsNoSuccess() throws {
    let outcome = try report(Self.passing(), 0, options: "--filter nothing")
    #expect(outcome.status == 3)
    #expect(outcome.output == "no test matches 'nothing'\n")
  }

  @Test(arguments: [
    ("--nonsense x", "--nonsense: expected --filter"), ("--jobs 0", "--jobs takes 1 to 256"),
    ("--filter '('", "--filter '(': no regular expression"),
    ("--first '('", "--first '(': no regular expression"),
    ("--log out/x/log", "cannot make the folder"),
  ])
  func badUsageEndsWithTwo(_ options: String, _ message: String) throws {
    let outcome = try report(Self.passing(), 0, options: options)
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("iopt-tests: ") && outcome.output.contains(message))
  }
}

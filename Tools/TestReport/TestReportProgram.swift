// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Glibc

/// Runs the tests that `swift build --build-tests` has built and says what came of them:
///
///     iopt-tests [--filter PATTERN] [--junit FILE] [--ktap FILE] [--log FILE] [-- COMMAND…]
///
/// COMMAND stands in place of `swift test`. Exit status: 0 all passed, 1 not so, 2 bad usage, 3 no
/// test was run.
@main
struct TestReportProgram {
  private var filter: String?
  private var junitPath: String?
  private var ktapPath: String?
  private var log = "artifacts/tests.log"
  private var command = ["swift", "test", "--skip-build", "--parallel", "--disable-xctest"]

  static func main() {
    do {
      exit(try TestReportProgram(Array(CommandLine.arguments.dropFirst())).run())
    } catch {
      FileHandle.standardError.write(Data("iopt-tests: \(error)\n".utf8))
      exit(2)
    }
  }

  private init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      if option == "--" {
        command = Array(rest)
        break
      }
      guard ["--filter", "--junit", "--ktap", "--log"].contains(option) else {
        throw TestReportFailure("\(option): expected --filter, --junit, --ktap, --log or --")
      }
      guard let value = rest.popFirst() else { throw TestReportFailure("\(option) needs a value") }
      // make passes what was not said as nothing.
      switch option {
      case _ where value.isEmpty: break
      case "--filter": filter = value
      case "--junit": junitPath = value
      case "--ktap": ktapPath = value
      default: log = value
      }
    }
  }

  private func run() throws -> Int32 {
    for path in [junitPath, ktapPath, log].compactMap(\.self) { try makeFolder(for: path) }
    let events = "\(log).events"
    // As the run begins, it is there and empty, whoever was first.
    try write("", to: events)
    defer { unlink(events) }
    var arguments = command
    arguments += ["--event-stream-output-path", events, "--event-stream-version", "0"]
    if let filter { arguments += ["--filter", filter] }
    guard let process = TestProcess(arguments, log: log) else {
      throw TestReportFailure("\(arguments[0]): cannot run")
    }
    let (run, status) = try follow(process, events)
    if let junitPath { try write(junit(run), to: junitPath) }
    if let ktapPath { try write(ktap(run), to: ktapPath) }
    return finish(run, status)
  }

  /// Reads the events as they come, until the process has ended and all were read.
  private func follow(_ process: TestProcess, _ events: String) throws -> (TestRun, Int32) {
    let summary = Self.summary
    let isShown = isatty(STDERR_FILENO) == 1
    var run = TestRun(root: FileManager.default.currentDirectoryPath)
    guard let file = FileHandle(forReadingAtPath: events) else {
      throw TestReportFailure("\(events): cannot read")
    }
    var rest = Data()
    while true {
      let status = process.poll()
      rest += try file.readToEnd() ?? Data()
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[..<end]
        rest = Data(rest[(end + 1)...])
        if line.isEmpty { continue }
        let ended = try run.add(line)
        if let ended, ended.state == .failed {
          Self.say(isShown ? "\r\u{1b}[K" : "", to: .standardError)
          Self.say(summary.failure(ended), to: .standardOutput)
        }
      }
      if let status {
        Self.say(isShown ? "\r\u{1b}[K" : "", to: .standardError)
        return (run, status)
      }
      if isShown { Self.say("\r\u{1b}[K\(summary.progress(run))", to: .standardError) }
      usleep(200_000)
    }
  }

  private func finish(_ run: TestRun, _ status: Int32) -> Int32 {
    // What it said last matters when it ended otherwise than by the tests' own verdict.
    if !run.isComplete || (status != 0) == run.isGood { Self.say(lastLines(), to: .standardError) }
    if run.isComplete && run.tests.isEmpty {
      Self.say(
        "no test\(filter.map { " matches '\($0)'" } ?? "") (log: \(log))\n", to: .standardError)
      return 3
    }
    Self.say(Self.summary.ending(run, log: log), to: .standardOutput)
    return status == 0 && run.isGood ? 0 : 1
  }

  /// What stands at the log's end, and where a test process says that it died.
  private func lastLines() -> String {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n")
    let fatal = lines.filter { $0.contains("Fatal error") || $0.contains("signal code") }
    return (fatal.isEmpty ? lines.suffix(20) : fatal.suffix(5)).joined(separator: "\n") + "\n"
  }

  private static var summary: Summary {
    let hasColour = ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
    return Summary(isColoured: isatty(STDOUT_FILENO) == 1 && hasColour && !isDumb)
  }

  private static func say(_ text: String, to file: FileHandle) { file.write(Data(text.utf8)) }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw TestReportFailure("\(path): cannot write")
    }
  }

  private func makeFolder(for path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw TestReportFailure("\(folder.path): cannot make the folder")
    }
  }
}

struct TestReportFailure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

// SPDX-License-Identifier: GPL-2.0-only
import CVersion
import Foundation
import Glibc

/// Runs the tests that `swift build --build-tests` has built, and says what came of them:
///
///     iopt-tests [--filter REGEX] [--junit FILE] [--ktap FILE] [--log FILE] [--jobs N]
///       [--first REGEX] BUNDLE
///
/// One suite more than there are processors is at work when --jobs does not say otherwise, as some wait
/// for what they started more than they work. --first names suites that begin where no time is known.
/// Exit status: 0 all passed, 1 not so, 2 bad usage, 3 no test was run.
@main
struct TestReportProgram {
  private static let options = ["--filter", "--junit", "--ktap", "--log", "--jobs", "--first"]
  private var values: [String: String] = [:]
  private let bundle: TestBundle

  static func main() {
    if CommandLine.arguments.dropFirst().first == "--version" {
      print("iopt-tests \(String(cString: lockstep_version()))")
      return
    }
    do {
      exit(try TestReportProgram(CommandLine.arguments.dropFirst()).run())
    } catch {
      say("iopt-tests: \(error)\n", to: .standardError)
      exit(2)
    }
  }

  private init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    while let option = rest.first, option.hasPrefix("--") {
      guard Self.options.contains(option) else {
        throw TestReportFailure(
          "\(option): expected \(Self.options.dropLast().joined(separator: ", "))"
            + " or \(Self.options.last!)")
      }
      guard let value = rest.dropFirst().first else {
        throw TestReportFailure("\(option) needs a value")
      }
      // make passes what was not said as nothing.
      if !value.isEmpty { values[option] = value }
      rest = rest.dropFirst(2)
    }
    guard rest.count == 1, let path = rest.first else {
      throw TestReportFailure("expected the program that holds the tests")
    }
    bundle = TestBundle(path: path)
  }

  private func run() throws -> Int32 {
    let log = values["--log"] ?? "artifacts/tests.log"
    let jobs = values["--jobs"].map { Int($0) } ?? ProcessInfo.processInfo.activeProcessorCount + 1
    guard let jobs, (1...256).contains(jobs) else {
      throw TestReportFailure("--jobs takes 1 to 256")
    }
    for path in [log, values["--junit"], values["--ktap"]].compactMap(\.self) {
      try makeFolder(for: path)
    }
    let batches = try bundle.batches(matching: values["--filter"])
    guard !batches.isEmpty else {
      Self.say("no test matches '\(values["--filter"] ?? "")'\n", to: .standardError)
      return 3
    }
    let summary = Self.summary
    let run = try pool(jobs, first: try first(), log: log, summary).run(batches)
    Self.clearProgress()
    if let path = values["--junit"] { try write(junit(run), to: path) }
    if let path = values["--ktap"] { try write(ktap(run), to: path) }
    Self.say(summary.ending(run, log: log), to: .standardOutput)
    return run.isGood ? 0 : 1
  }

  private func first() throws -> Regex<AnyRegexOutput>? {
    do {
      return try values["--first"].map { try Regex($0) }
    } catch {
      throw TestReportFailure("--first '\(values["--first"]!)': no regular expression")
    }
  }

  private func pool(
    _ jobs: Int, first: Regex<AnyRegexOutput>?, log: String, _ summary: Summary
  ) -> TestPool {
    TestPool(
      bundle: bundle, jobs: jobs, first: first, log: log,
      isWhole: (values["--filter"] ?? "").isEmpty,
      onEnd: { test in
        guard test.state == .failed else { return }
        Self.clearProgress()
        Self.say(summary.failure(test), to: .standardOutput)
      },
      onProgress: { run in
        if Self.showsProgress {
          Self.say("\r\u{1b}[K\(summary.progress(run))", to: .standardError)
        }
      })
  }

  private static let showsProgress = isatty(STDERR_FILENO) == 1

  private static func clearProgress() {
    if showsProgress { say("\r\u{1b}[K", to: .standardError) }
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

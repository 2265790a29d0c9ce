// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// The program that holds all tests, as `swift build --build-tests` makes it.
struct TestBundle {
  let path: String

  /// The tests of one suite.
  struct Batch: Equatable {
    var suite: String
    var tests: [String]
  }

  /// The names of tests that match a pattern, suite by suite: `Target.Suite/function()`.
  func batches(matching pattern: String?) throws -> [Batch] {
    let regex: Regex<AnyRegexOutput>?
    do {
      regex = try pattern.map { try Regex($0) }
    } catch {
      throw TestReportFailure("--filter '\(pattern!)': no regular expression")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["--testing-library", "swift-testing", "--list-tests"]
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch {
      throw TestReportFailure("\(path): cannot run (swift build --build-tests makes it)")
    }
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestReportFailure("\(path): cannot list its tests")
    }
    let names = text.split(separator: "\n").map(String.init)
    let chosen = names.filter { name in regex.map { name.contains($0) } ?? true }
    return Dictionary(grouping: chosen) { String($0.prefix { $0 != "/" }) }
      .map(Batch.init).sorted { $0.suite < $1.suite }
  }

  /// What runs a batch, one test after the other: only so does the time of a test say something.
  func command(_ batch: Batch, events: String) -> [String] {
    let names = batch.tests.map(NSRegularExpression.escapedPattern(for:))
    return [
      path, "--testing-library", "swift-testing", "--no-parallel",
      "--event-stream-output-path", events, "--event-stream-version", "0",
      "--filter", "^(\(names.joined(separator: "|")))/",
    ]
  }
}

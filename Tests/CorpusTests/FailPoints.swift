// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// Ends a command at each of its operations that change a file, one after the other: at the 1st,
/// the 2nd, and so on until a run ends whole. `Tests/FailPoints/failpoints.c`, which is preloaded,
/// does it.
struct FailPoints {
  private enum Way: String {
    case before, torn, after, error
  }

  /// What a command does to a folder.
  struct Job {
    var command: String
    /// The folder that it changes; nothing outside it is looked at.
    var folder: String
    /// The exit status of a whole run.
    var status: Int32 = 0
    /// Makes the folder what it is before.
    var prepare: () throws -> Void
  }

  /// What was tried.
  struct Tally {
    /// Operations that changed a file, in order.
    var operations: [String] = []
    /// Runs that were ended.
    var runs = 0
    /// Different contents that they left.
    var contents: Set<FolderContents> = []

    fileprivate func print(_ what: String) {
      let kinds = Dictionary(grouping: operations) { $0 }.sorted { $0.key < $1.key }
      let list = kinds.map { "\($1.count) \($0)" }.joined(separator: ", ")
      Swift.print(
        "\(what): \(operations.count) points (\(list)), \(runs) runs ended there,"
          + " \(contents.count) different folders left")
    }
  }

  private let scratch: Scratch
  private let library: String

  init(in scratch: Scratch) throws {
    self.scratch = scratch
    library = scratch("failpoints.so")
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../FailPoints/failpoints.c").path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-std=c11", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
  }

  /// Kills the job's command before and after each operation and in the middle of each write. What
  /// is left must be made of whole files, the old ones or the new; the same command must make the
  /// rest of it. `examine` sees each different folder first.
  @discardableResult
  func kill(
    _ job: Job, _ what: String, examine: (FolderContents) throws -> Void = { _ in }
  ) throws -> Tally {
    try job.prepare()
    let before = try FolderContents(of: job.folder)
    try #require(try Tool.status(job.command) == job.status)
    let after = try FolderContents(of: job.folder)
    var tally = Tally()
    var last = before
    while let operation = try run(job, .before, at: tally.operations.count) {
      let place = "\(what), operation \(tally.operations.count), \(operation)"
      let here = try FolderContents(of: job.folder)
      #expect(here == last, "something changes the folder before \(place), and is not counted")
      for way in operation == "write" ? [Way.before, .torn, .after] : [.before, .after] {
        if way != .before { _ = try run(job, way, at: tally.operations.count) }
        last = try FolderContents(of: job.folder)
        tally.runs += 1
        guard tally.contents.insert(last).inserted else { continue }
        #expect(last.faults(from: before, to: after) == [], "\(way) \(place)")
        try examine(last)
        #expect(try Tool.status(job.command) == job.status, "\(way) \(place)")
        #expect(try FolderContents(of: job.folder).files == after.files, "\(way) \(place)")
      }
      tally.operations.append(operation)
    }
    #expect(last == after, "something changes the folder after the last operation of \(what)")
    try #require(tally.runs > tally.operations.count && !tally.operations.isEmpty)
    tally.print(what)
    return tally
  }

  /// Lets each operation fail in turn: the command says so in a line and exits with 2, nothing but
  /// whole files are left, and no leftovers.
  @discardableResult
  func fail(_ job: Job, _ what: String) throws -> Tally {
    try job.prepare()
    let before = try FolderContents(of: job.folder)
    try #require(try Tool.status(job.command) == job.status)
    let after = try FolderContents(of: job.folder)
    var tally = Tally()
    while let operation = try run(job, .error, at: tally.operations.count) {
      let place = "\(what), operation \(tally.operations.count), \(operation)"
      let left = try FolderContents(of: job.folder)
      #expect(left.faults(from: before, to: after) == [], "\(place)")
      #expect(left.leftovers == before.leftovers || operation == "unlink", "\(place)")
      tally.contents.insert(left)
      tally.runs += 1
      tally.operations.append(operation)
    }
    try #require(!tally.operations.isEmpty)
    tally.print("\(what), failing")
    return tally
  }

  /// One run from the start that ends at an operation: its name; nil when there are not so many.
  private func run(_ job: Job, _ way: Way, at point: Int) throws -> String? {
    try job.prepare()
    let (report, errors) = (scratch("fail-report"), scratch("fail-errors"))
    try? FileManager.default.removeItem(atPath: report)
    let process = try Tool.start(
      "FAIL_POINT=\(point) FAIL_WAY=\(way) FAIL_REPORT=\(report) LD_PRELOAD=\(library)"
        + " exec \(job.command)", errors: errors)
    process.waitUntilExit()
    guard let operation = try? String(contentsOfFile: report, encoding: .utf8) else {
      try #require(process.terminationReason == .exit && process.terminationStatus == job.status)
      return nil
    }
    if way == .error {
      let lines = try String(contentsOfFile: errors, encoding: .utf8).split(separator: "\n")
      #expect(process.terminationReason == .exit && process.terminationStatus == 2)
      #expect(lines.count == 1 && lines[0].hasSuffix(": Input/output error"), "\(lines)")
    } else {
      try #require(process.terminationReason == .uncaughtSignal)
    }
    return operation
  }
}

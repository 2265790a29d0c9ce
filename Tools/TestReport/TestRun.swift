// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// What is known of a run of tests so far.
struct TestRun {
  struct Issue: Equatable {
    /// `file:line:column`; empty when nobody knows.
    var place: String
    var text: String
  }

  struct Test: Equatable {
    enum State: Equatable {
      /// Not begun, or begun and not ended: the process went away.
      case waiting, running
      case passed, failed
      case skipped(String)
    }

    /// `Target.Suite`, with suites inside suites.
    var suite: String
    var name: String
    /// `Target.Suite` of the suite that is outermost.
    var batch: String
    var state = State.waiting
    var issues: [Issue] = []
    var start = 0.0
    var seconds = 0.0

    var title: String { "\(suite).\(name)" }

    /// `Target.Suite/Nested/function()`; the suite is the target's name for a test without one.
    init(_ id: String) {
      batch = String(id.prefix { $0 != "/" })
      let slash = id.lastIndex(of: "/")
      let end = slash ?? id.firstIndex(of: ".") ?? id.startIndex
      suite = String(id[..<end]).replacing("/", with: ".")
      name = String(id[end...].dropFirst())
      if name.hasSuffix("()") { name.removeLast(2) }
    }
  }

  /// A process that did not come to its end, or ended otherwise than its tests.
  struct Death: Equatable {
    var suite: String
    var status: Int32
    /// Lines that tell why.
    var lastWords: [String]
  }

  private(set) var tests: [Test]
  /// What went wrong outside every test.
  private(set) var strayIssues: [Issue] = []
  private(set) var deaths: [Death] = []
  /// How long it took.
  var seconds = 0.0
  private var indexes: [String: Int]
  /// Taken off the front of paths.
  private let root: String

  /// Tests by their names, `Target.Suite/function()`.
  init(_ tests: [String], root: String) {
    self.tests = tests.map(Test.init)
    indexes = Dictionary(zip(tests, tests.indices), uniquingKeysWith: { first, _ in first })
    self.root = root.hasSuffix("/") ? root : root + "/"
  }

  /// What a line tells, as far as others need to know.
  enum News: Equatable {
    case testEnded(Test)
    case processEnded
  }

  /// Takes a line of a stream.
  mutating func add(_ line: Data) throws -> News? {
    let event = try JSONDecoder().decode(TestEvent.self, from: line)
    return event.kind == "event" ? happened(event.payload) : nil
  }

  private mutating func happened(_ event: TestEvent.Payload) -> News? {
    let now = event.instant?.absolute ?? 0
    if event.kind == "runEnded" { return .processEnded }
    // Behind the name stands the place: Target.Suite/function()/File.swift:12:4
    let id = event.testID.flatMap { id in id.lastIndex(of: "/").map { String(id[..<$0]) } }
    let index = id.flatMap { indexes[$0] }
    if event.kind == "issueRecorded", let issue = issue(event) {
      if let index { tests[index].issues.append(issue) } else { strayIssues.append(issue) }
    }
    guard let index else { return nil }
    switch event.kind {
    case "testStarted":
      tests[index].state = .running
      tests[index].start = now
    case "testSkipped", "testCancelled":
      let reason = (event.comments ?? []).joined(separator: " ")
      tests[index].state = .skipped(reason.isEmpty ? "its condition does not hold" : reason)
    case "testEnded":
      tests[index].seconds = now - tests[index].start
      if !tests[index].issues.isEmpty {
        tests[index].state = .failed
      } else if tests[index].state == .running {
        tests[index].state = .passed
      }
      return .testEnded(tests[index])
    default: break
    }
    return nil
  }

  /// nil for one that is known, or a warning.
  private func issue(_ event: TestEvent.Payload) -> Issue? {
    guard let issue = event.issue, !issue.isKnown, event.messages?.first?.symbol != "warning"
    else { return nil }
    var lines = (event.messages ?? []).map(\.text)
    if let name = event.testCase?.displayName, !lines.isEmpty { lines[0] += " (with \(name))" }
    let place = issue.sourceLocation.map { location in
      var file = location.file ?? ""
      if file.hasPrefix(root) { file.removeFirst(root.count) }
      return "\(file):\(location.line):\(location.column)"
    }
    return Issue(place: place ?? "", text: lines.joined(separator: "\n"))
  }

  /// The process of a suite has ended; all of its events were taken before. `isWhole`: they had an
  /// end.
  mutating func end(_ batch: TestBundle.Batch, isWhole: Bool, status: Int32, said text: String) {
    let hasFailed = batch.tests.contains { !(tests[indexes[$0]!].issues.isEmpty) }
    if isWhole, (status != 0) == hasFailed || !strayIssues.isEmpty { return }
    let lines = text.split(separator: "\n")
    let fatal = lines.filter { $0.contains("Fatal error") || $0.contains("Program crashed") }
    let words = fatal.isEmpty ? lines.suffix(10) : fatal.suffix(5)
    deaths.append(Death(suite: batch.suite, status: status, lastWords: words.map(String.init)))
  }
}

extension TestRun {
  func count(_ state: Test.State) -> Int { tests.count { $0.state == state } }

  var skipped: [(test: Test, reason: String)] {
    tests.compactMap { test in
      if case .skipped(let reason) = test.state { (test, reason) } else { nil }
    }
  }

  /// Every suite with its tests, in order of their names.
  var suites: [(name: String, tests: [Test])] {
    Dictionary(grouping: tests, by: \.suite).map { ($0, $1) }.sorted { $0.name < $1.name }
  }

  /// Whether all tests that are there were run, or skipped, and none failed.
  var isGood: Bool {
    deaths.isEmpty && strayIssues.isEmpty
      && count(.failed) + count(.running) + count(.waiting) == 0
  }
}

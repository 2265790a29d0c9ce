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

    /// `Target.Suite`.
    var suite: String
    var name: String
    var state = State.waiting
    var issues: [Issue] = []
    var start = 0.0
    var seconds = 0.0

    var title: String { "\(suite).\(name)" }
  }

  /// In the order in which they were told.
  private(set) var tests: [Test] = []
  /// What went wrong outside every test.
  private(set) var strayIssues: [Issue] = []
  /// Whether the end of the run was told.
  private(set) var isComplete = false
  private(set) var seconds = 0.0
  private var start = 0.0
  private var indexes: [String: Int] = [:]
  /// Taken off the front of paths.
  private let root: String

  init(root: String) { self.root = root.hasSuffix("/") ? root : root + "/" }

  /// Takes a line of the stream; returns the test that it says has ended, if any.
  mutating func add(_ line: some DataProtocol) throws -> Test? {
    let event = try JSONDecoder().decode(TestEvent.self, from: Data(line))
    if event.kind == "test" {
      declare(event.payload)
      return nil
    }
    return happened(event.payload)
  }

  private mutating func declare(_ test: TestEvent.Payload) {
    guard test.kind == "function", let id = test.id, let name = test.name else { return }
    // Target.Suite/Nested/function()/File.swift:12:4
    let parts = id.split(separator: "/").dropLast(2)
    let isFree = parts.isEmpty
    let suite = isFree ? id.prefix { $0 != "." } : Substring(parts.joined(separator: "."))
    indexes[id] = tests.count
    tests.append(
      Test(suite: String(suite), name: name.hasSuffix("()") ? String(name.dropLast(2)) : name))
  }

  private mutating func happened(_ event: TestEvent.Payload) -> Test? {
    let now = event.instant?.absolute ?? 0
    if event.kind == "runStarted" { start = now }
    seconds = max(seconds, now - start)
    if event.kind == "runEnded" { isComplete = true }
    let index = event.testID.flatMap { indexes[$0] }
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
      return tests[index]
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
    isComplete && strayIssues.isEmpty && count(.failed) + count(.running) + count(.waiting) == 0
  }
}

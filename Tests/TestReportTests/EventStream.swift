// SPDX-License-Identifier: GPL-2.0-only
import Foundation

@testable import iopt_tests

/// Lines as a process that runs tests writes them, made up by a test.
struct EventStream {
  private(set) var lines: [String] = []
  private var now = 100.0

  /// Each event comes half a second after the one before it.
  mutating func event(_ kind: String, _ name: String? = nil, _ members: String = "") {
    now += 0.5
    let test = name.map { #","testID":"\#($0)/A.swift:3:4""# } ?? ""
    lines.append(
      #"{"kind":"event","payload":{"instant":{"absolute":\#(now),"since1970":1},"kind":"\#(kind)""#
        + #","messages":[]\#(test)\#(members.isEmpty ? "" : ",\(members)")},"version":0}"#)
  }

  mutating func issue(_ name: String, _ text: String, isKnown: Bool = false, members: String = "") {
    lines.append(
      #"{"kind":"event","payload":{"instant":{"absolute":\#(now)},"kind":"issueRecorded","#
        + #""issue":{"isKnown":\#(isKnown),"sourceLocation":{"_filePath":"/here/Tests/A.swift","#
        + #""line":8,"column":3}},"messages":[{"symbol":"fail","text":"\#(text)"}],"#
        + #""testID":"\#(name)/A.swift:8:3"\#(members)},"version":0}"#)
  }

  /// As a report takes them: in order, until the process ends.
  func feed(
    _ run: inout TestRun, _ batch: TestBundle.Batch, status: Int32, said text: String = ""
  ) throws {
    let news = try lines.map { try run.add(Data($0.utf8)) }
    run.end(batch, isWhole: news.contains(.processEnded), status: status, said: text)
  }

  static let good = "Room.Suite/passes()"
  static let bad = "Room.Suite/fails()"
  static let left = "Room.Other/Inner/each(_:)"
  static let suite = TestBundle.Batch(suite: "Room.Suite", tests: [good, bad])
  static let other = TestBundle.Batch(suite: "Room.Other", tests: [left])

  /// One test passes, one fails; `ends` false: the process dies in the second.
  static func failing(ends: Bool = true) -> EventStream {
    var stream = EventStream()
    stream.event("runStarted")
    stream.event("testStarted", good)
    stream.event("testEnded", good)
    stream.event("testStarted", bad)
    stream.issue(bad, #"Expectation failed: 1 < 2\nand more"#)
    guard ends else { return stream }
    stream.event("testEnded", bad)
    stream.event("runEnded")
    return stream
  }

  static func skipping() -> EventStream {
    var stream = EventStream()
    stream.event("runStarted")
    stream.event("testSkipped", left, #""_comments":["no <cat> & dog"]"#)
    stream.event("runEnded")
    return stream
  }

  /// Both suites; `ends` false: the first one's process dies, the other's tells nothing.
  static func run(ends: Bool = true) throws -> TestRun {
    var run = TestRun(suite.tests + other.tests, root: "/here")
    run.seconds = 3
    try failing(ends: ends).feed(
      &run, suite, status: ends ? 1 : 132, said: "said\nA.swift:1: Fatal error: dead\nmore\n")
    if ends { try skipping().feed(&run, other, status: 0) }
    return run
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation

@testable import iopt_tests

/// Lines as `swift test` writes them, of a run that a test makes up.
struct EventStream {
  private(set) var lines: [String] = []
  private var now = 100.0

  init() { event("runStarted") }

  mutating func declare(_ id: String, _ name: String) {
    lines.append(
      #"{"kind":"test","payload":{"id":"\#(id)","kind":"function","name":"\#(name)"},"version":0}"#)
  }

  /// Each event comes half a second after the one before it.
  mutating func event(_ kind: String, _ id: String? = nil, _ members: String = "") {
    now += 0.5
    let test = id.map { #","testID":"\#($0)""# } ?? ""
    lines.append(
      #"{"kind":"event","payload":{"instant":{"absolute":\#(now),"since1970":1},"kind":"\#(kind)""#
        + #","messages":[]\#(test)\#(members.isEmpty ? "" : ",\(members)")},"version":0}"#)
  }

  mutating func issue(_ id: String, _ text: String, isKnown: Bool = false, members: String = "") {
    lines.append(
      #"{"kind":"event","payload":{"instant":{"absolute":\#(now)},"kind":"issueRecorded","#
        + #""issue":{"isKnown":\#(isKnown),"sourceLocation":{"_filePath":"/here/Tests/A.swift","#
        + #""line":8,"column":3}},"messages":[{"symbol":"fail","text":"\#(text)"}],"#
        + #""testID":"\#(id)"\#(members)},"version":0}"#)
  }

  /// What a report makes of them.
  func run() throws -> TestRun {
    var run = TestRun(root: "/here")
    for line in lines { _ = try run.add(Data(line.utf8)) }
    return run
  }

  static let good = "Room.Suite/passes()/A.swift:3:4"
  static let bad = "Room.Suite/fails()/A.swift:7:4"
  static let left = "Room.Other/Inner/each(_:)/B.swift:1:4"

  /// One test passes, one fails, one is skipped; `ends` false: the process dies in the second.
  static func sample(ends: Bool = true) -> EventStream {
    var stream = EventStream()
    stream.declare(good, "passes()")
    stream.declare(bad, "fails()")
    stream.declare(left, "each(_:)")
    stream.event("testStarted", good)
    stream.event("testEnded", good)
    if ends { stream.event("testSkipped", left, #""_comments":["no <cat> & dog"]"#) }
    stream.event("testStarted", bad)
    stream.issue(bad, #"Expectation failed: 1 < 2\nand more"#)
    guard ends else { return stream }
    stream.event("testEnded", bad)
    stream.event("runEnded")
    return stream
  }
}

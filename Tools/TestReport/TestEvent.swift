// SPDX-License-Identifier: GPL-2.0-only
import Foundation

/// A line of what tests write with `--event-stream-output-path` (version 0), as far as a report
/// needs it.
struct TestEvent: Decodable {
  struct Payload: Decodable {
    /// Of an event: `testStarted`, `issueRecorded`, …
    var kind: String
    var testID: String?
    var instant: Instant?
    var messages: [Message]?
    var issue: Issue?
    var comments: [String]?
    var testCase: Case?

    enum CodingKeys: String, CodingKey {
      case kind, testID, instant, messages, issue
      case comments = "_comments"
      case testCase = "_testCase"
    }
  }

  struct Instant: Decodable {
    /// Seconds.
    var absolute: Double
  }

  struct Message: Decodable {
    var symbol: String
    var text: String
  }

  struct Issue: Decodable {
    var isKnown: Bool
    var sourceLocation: Location?
  }

  struct Location: Decodable {
    var file: String?
    var line: Int
    var column: Int

    enum CodingKeys: String, CodingKey {
      case file = "_filePath"
      case line, column
    }
  }

  struct Case: Decodable {
    var displayName: String
  }

  /// `test` tells of one that is there, `event` of what happens.
  var kind: String
  var payload: Payload
}

// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// What is not tidy, and where.
struct Complaint: Equatable, CustomStringConvertible {
  var path: String
  /// Counted from 1.
  var line: Int
  var text: String
  /// What an exception names; the path when nil.
  var subject: String?

  var description: String { "\(path):\(line): \(text)" }
}

/// Something that a rule allows although it breaks it. Each must still be needed.
struct Exception {
  /// A path, or a path, a colon and a name.
  var subject: String
  var reason: String

  init(_ subject: String, because reason: String) {
    self.subject = subject
    self.reason = reason
  }
}

extension [Exception] {
  /// What is left of complaints, and one more for each exception that none of them needs.
  func filter(_ complaints: [Complaint], rule: String) -> [Complaint] {
    let subjects = Set(complaints.map { $0.subject ?? $0.path })
    let excepted = Set(map(\.subject))
    let unneeded = filter { !subjects.contains($0.subject) }.map { exception in
      Complaint(
        path: "Tests/TidyTests/Exceptions.swift", line: 1,
        text: "`\(exception.subject)` needs no exception from \(rule) any more: remove it")
    }
    return complaints.filter { !excepted.contains($0.subject ?? $0.path) } + unneeded
  }
}

/// One issue for each complaint.
func expectNone(_ complaints: [Complaint]) {
  for complaint in complaints { Issue.record("\(complaint)") }
}

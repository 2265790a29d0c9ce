// SPDX-License-Identifier: GPL-2.0-only

/// A run as KTAP, version 1 (the kernel's own page on it is ktap.rst): a suite is a test, and
/// its tests are subtests.
func ktap(_ run: TestRun) -> String {
  let suites = run.suites
  var text = "KTAP version 1\n1..\(suites.count)\n"
  for (index, suite) in suites.enumerated() {
    text += "  KTAP version 1\n  # Subtest: \(suite.name)\n  1..\(suite.tests.count)\n"
    for (index, test) in suite.tests.enumerated() { text += result(index + 1, test) }
    let isGood = suite.tests.allSatisfy { $0.isGood }
    let isSkipped = suite.tests.allSatisfy { $0.isSkipped }
    text += "\(isGood ? "ok" : "not ok") \(index + 1) \(suite.name)"
    text += isSkipped ? " # SKIP all of its tests\n" : "\n"
  }
  return text
}

private func result(_ number: Int, _ test: TestRun.Test) -> String {
  let notes = test.issues.map { issue in
    "  # \(issue.place): \(issue.text)".replacing("\n", with: "\n  # ") + "\n"
  }
  let directive =
    switch test.state {
    case .passed, .failed: ""
    case .skipped(let reason): " # SKIP \(reason.replacing("\n", with: " "))"
    case .running: " # ERROR the test process ended"
    case .waiting: " # ERROR was not run"
    }
  return notes.joined() + "  \(test.isGood ? "ok" : "not ok") \(number) \(test.name)\(directive)\n"
}

extension TestRun.Test {
  fileprivate var isSkipped: Bool { if case .skipped = state { true } else { false } }
  fileprivate var isGood: Bool { state == .passed || isSkipped }
}

// SPDX-License-Identifier: GPL-2.0-only

/// A run as JUnit's XML, which continuous integration reads.
func junit(_ run: TestRun) -> String {
  var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  let suites = run.suites
  text += "<testsuites name=\"lockstep\" \(counts(run.tests)) time=\"\(decimal(run.seconds))\">\n"
  for suite in suites {
    let time = suite.tests.reduce(0) { $0 + $1.seconds }
    text += "  <testsuite name=\"\(escaped(suite.name))\" \(counts(suite.tests))"
    text += " time=\"\(decimal(time))\">\n"
    for test in suite.tests { text += testCase(test) }
    text += "  </testsuite>\n"
  }
  return text + "</testsuites>\n"
}

private func counts(_ tests: [TestRun.Test]) -> String {
  let skipped = tests.count { if case .skipped = $0.state { true } else { false } }
  let failures = tests.count { $0.state == .failed }
  let errors = tests.count { $0.state == .running || $0.state == .waiting }
  return
    "tests=\"\(tests.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
}

private func testCase(_ test: TestRun.Test) -> String {
  let head =
    "    <testcase classname=\"\(escaped(test.suite))\" name=\"\(escaped(test.name))\""
    + " time=\"\(decimal(test.seconds))\""
  let inside =
    switch test.state {
    case .passed: ""
    case .failed: test.issues.map(failure).joined()
    case .skipped(let reason): "      <skipped message=\"\(escaped(reason))\"/>\n"
    case .running: "      <error message=\"the test process ended\"/>\n"
    case .waiting: "      <error message=\"was not run\"/>\n"
    }
  return inside.isEmpty ? "\(head)/>\n" : "\(head)>\n\(inside)    </testcase>\n"
}

private func failure(_ issue: TestRun.Issue) -> String {
  let first = issue.text.prefix { $0 != "\n" }
  return "      <failure message=\"\(escaped(String(first)))\">"
    + escaped("\(issue.place): \(issue.text)") + "</failure>\n"
}

/// What XML forbids becomes a question mark.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff:
      result += "?"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Three decimals.
private func decimal(_ seconds: Double) -> String {
  let thousandths = Int((seconds * 1000).rounded())
  let rest = String(thousandths % 1000)
  return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
}

// SPDX-License-Identifier: GPL-2.0-only

/// A run as a person reads it.
struct Summary {
  /// Colour is for terminals.
  let isColoured: Bool

  private func paint(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  private func red(_ text: String) -> String { paint(text, "31") }

  /// A test that failed, in full.
  func failure(_ test: TestRun.Test) -> String {
    let lines = test.issues.map(issue)
    return ([red("failed: ") + paint(test.title, "1") + " (\(seconds(test.seconds)))"] + lines)
      .joined(separator: "\n") + "\n"
  }

  private func issue(_ issue: TestRun.Issue) -> String {
    let place = issue.place.isEmpty ? "" : "\(issue.place): "
    return "  " + (place + issue.text).replacing("\n", with: "\n    ")
  }

  /// What the run came to. Failures were told before, in full; here are their names.
  func ending(_ run: TestRun, log: String) -> String {
    var lines = list("skipped", run.skipped.map { "\($0.test.title): \($0.reason)" })
    let slowest = run.tests.filter { $0.seconds > 0 }.sorted { $0.seconds > $1.seconds }.prefix(5)
    lines += list("slowest", slowest.map { "\(seconds($0.seconds))  \($0.title)" })
    lines += list("failed", run.tests.filter { $0.state == .failed }.map(\.title)).map(red)
    lines += list("failed outside of tests", run.strayIssues.map(issue)).map(red)
    lines += run.deaths.flatMap { death(run, $0) }.map(red)
    return (lines + [verdict(run, log: log)]).joined(separator: "\n") + "\n"
  }

  private func death(_ run: TestRun, _ death: TestRun.Death) -> [String] {
    let title = "ended early, or otherwise than its tests (status \(death.status)): \(death.suite)"
    let running = run.tests.filter { $0.batch == death.suite && $0.state == .running }
    return list(title, running.map { "while it ran \($0.name)" } + death.lastWords)
  }

  private func list(_ title: String, _ items: [String]) -> [String] {
    items.isEmpty ? [] : ["\(title):"] + items.map { "  \($0)" }
  }

  private func verdict(_ run: TestRun, log: String) -> String {
    var counts = ["\(run.count(.passed)) passed"]
    let failed = run.count(.failed)
    if failed > 0 { counts.append("\(failed) failed") }
    let cut = run.count(.running) + run.count(.waiting)
    if cut > 0 { counts.append("\(cut) not run to the end") }
    if !run.skipped.isEmpty { counts.append("\(run.skipped.count) skipped") }
    let text = paint(counts.joined(separator: ", "), run.isGood ? "32" : "31")
    return "\(number(run.tests.count, "test")) in \(number(run.suites.count, "suite")): \(text),"
      + " in \(seconds(run.seconds)) (log: \(log))"
  }

  private func number(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// One line that is written over while tests run.
  func progress(_ run: TestRun) -> String {
    let failed = run.count(.failed)
    let done = run.tests.count - run.count(.waiting) - run.count(.running)
    return "\(done) of \(run.tests.count) tests, \(seconds(run.seconds))"
      + (failed > 0 ? ", " + red("\(failed) failed") : "")
  }

  /// One decimal.
  private func seconds(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

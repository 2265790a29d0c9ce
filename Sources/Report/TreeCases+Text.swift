// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension TreeCases.Count {
  /// As reports say it: `48 passed, 3 skipped of 51`.
  public var text: String {
    let parts = [(passed, "passed"), (failed, "failed"), (skipped, "skipped")]
    return parts.filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
      + " of \(passed + failed + skipped)"
  }
}

extension TreeCases {
  /// A line for each format, then one for each kind of failure.
  public var lines: [String] {
    formats.map { "\($0.name): \($0.count.text)" }
      + TreeCaseChange.linesByClaim(
        outcomes.compactMap { which, outcome in
          guard case .failed(let reason) = outcome else { return nil }
          return (which, reason)
        }
      ).map { "FAILED: \($0)" }
      + unbuilt.map { "skipped: \($0.format): its cases do not compile: \($0.reason)" }
  }

  /// A line for each case.
  public var allLines: [String] {
    outcomes.map { which, outcome in
      switch outcome {
      case .passed: "passed: \(which)"
      case .failed(let reason): "failed: \(which): \(reason)"
      case .skipped(let reason): "skipped: \(which): \(reason)"
      }
    }
  }
}

extension TreeCaseChange {
  /// What is to be said of two versions' cases, a line each.
  func lines(base: String, head: String) -> [String] {
    countLines(base: base, head: head)
      + Self.linesByClaim(broken).map { "BROKEN, and passed by \(base): \($0)" }
      + Self.linesByClaim(failing).map { "fails, and did not pass in \(base): \($0)" }
      + Self.lines(mended.map { ($0, "passed by \(head)") }).map { "mended: \($0)" }
      + Self.lines(lost.map { ($0, "passed by \(base)") }).map { "not in \(head) any more: \($0)" }
      + skippedLines(base, self.base) + skippedLines(head, self.head)
  }

  /// One line for the parameters of a case that have the same to say.
  static func lines(_ failures: [Failure]) -> [String] {
    var lines: [(of: TreeCase, parameters: [String], reason: String)] = []
    for (which, reason) in failures {
      var bare = which
      bare.parameter = ""
      if let index = lines.firstIndex(where: { $0.of == bare && $0.reason == reason }) {
        lines[index].parameters.append(which.parameter)
      } else {
        lines.append((bare, [which.parameter], reason))
      }
    }
    return lines.map {
      let parameters = $0.parameters.filter { !$0.isEmpty }.joined(separator: ", ")
      return "\($0.of)\(parameters.isEmpty ? "" : " (\(parameters))"): \($0.reason)"
    }
  }

  /// One line for all cases in which the same claim, told by its file and line, does not hold: the
  /// first of them, and how many more there are of which.
  static func linesByClaim(_ failures: [Failure]) -> [String] {
    var claims: [(place: Substring, failures: [Failure])] = []
    for failure in failures {
      let place = claim(in: failure.reason)
      if let index = claims.firstIndex(where: { $0.place == place }) {
        claims[index].failures.append(failure)
      } else {
        claims.append((place, [failure]))
      }
    }
    return claims.map { claim in
      let shown = lines(claim.failures.filter { $0.reason == claim.failures[0].reason })[0]
      let more = claim.failures.filter {
        $0.of.suite != claim.failures[0].of.suite || $0.of.name != claim.failures[0].of.name
          || $0.reason != claim.failures[0].reason
      }
      return more.isEmpty ? shown : "\(shown); and so in \(more.count) more: \(names(of: more))"
    }
  }

  /// `file:line` at the beginning of a reason; all of one that has none.
  private static func claim(in reason: String) -> Substring {
    let match = reason.firstMatch(of: /^[^ ]+:[0-9]+(?=: )/)
    return match?.output ?? reason[...]
  }

  /// Cases by suite and name, a few of them.
  private static func names(of failures: [Failure]) -> String {
    var names: [String] = []
    for (which, _) in failures where !names.contains("\(which.suite) \(which.name)") {
      names.append("\(which.suite) \(which.name)")
    }
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown), …" : shown
  }

  /// What robots read: one result for each format of the newer version, one for each broken case.
  var results: [(passes: Bool, text: String)] {
    let formats = Set(broken.map(\.of.format))
    let whole = head.cases?.formats.filter { !formats.contains($0.name) } ?? []
    return whole.map { (true, "cases \($0.name)") }
      + Self.lines(broken).map { (false, "cases \($0)".withoutDirectives) }
  }

  private func countLines(base: String, head: String) -> [String] {
    let before = self.base.cases?.formats ?? []
    let after = self.head.cases?.formats ?? []
    let names =
      before.map(\.name)
      + after.map(\.name).filter { name in
        !before.contains { $0.name == name }
      }
    return names.map { name in
      let left = before.first { $0.name == name }?.count.text
      let right = after.first { $0.name == name }?.count.text
      if left == right { return "\(name): both \(left ?? "none")" }
      return "\(name): \(base) \(left ?? "none"); \(head) \(right ?? "none")"
    }
  }

  private func skippedLines(_ side: String, _ run: TreeCaseRun) -> [String] {
    switch run {
    case .notRun(let reason): ["skipped: \(side): \(reason)"]
    case .ran(let cases):
      cases.unbuilt.map { "skipped: \(side): \($0.format) does not compile: \($0.reason)" }
    }
  }
}

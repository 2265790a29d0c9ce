// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension Review {
  /// The report as the kernel's test robots read it. What is known of a result stands in front of it.
  public var ktap: String {
    typealias Result = (passes: Bool, text: String)
    var results: [(Result, diagnostics: [String])] = changes.map {
      ((false, "behaviour \($0.signature)".withoutDirectives), $0.diagnostics)
    }
    if changes.isEmpty { results.append(((tally.judgements > 0, "behaviour"), [])) }
    results += capabilityResults.map { ($0, []) }
    results += judgement.broken.enumerated().map { number, breach in
      (
        (false, "right \(breach.signature)".withoutDirectives),
        number < Self.shownPromises ? breach.diagnostics : []
      )
    }
    if judgement.broken.isEmpty { results.append(((true, "right"), [])) }
    let others = (cases?.results ?? []) + (patch?.results ?? []) + (costs?.results ?? [])
    results += others.map { ($0, []) }
    let lines = results.enumerated().flatMap { number, element in
      element.diagnostics
        + ["\(element.0.passes ? "ok" : "not ok") \(number + 1) \(element.0.text)"]
    }
    let remarks = self.remarks.map { "# \($0)" }
    return (["KTAP version 1", "1..\(results.count)"] + remarks + lines).joined(separator: "\n")
  }
}

extension String {
  /// As a result's text in KTAP, in which a number sign begins a directive.
  var withoutDirectives: String { replacing("#", with: "") }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension ReviewJSON {
  /// The trees' own cases: counts of each side by format, and what fails.
  struct Cases: Encodable {
    struct Count: Encodable {
      var passed: Int
      var failed: Int
      var skipped: Int
    }
    struct Failure: Encodable {
      var name: String
      var reason: String
    }

    var base: [String: Count]
    var head: [String: Count]
    var broken: [Failure]
    var failing: [Failure]
    var mended: [String]
    var lost: [String]
    var notRun: [String: String]
  }
}

extension ReviewJSON.Cases {
  init(_ change: TreeCaseChange, _ review: Review) {
    base = Self.counts(change.base)
    head = Self.counts(change.head)
    broken = change.broken.map(Self.failure)
    failing = change.failing.map(Self.failure)
    mended = change.mended.map(\.description)
    lost = change.lost.map(\.description)
    notRun = Self.reasons(change.base, review.base)
      .merging(Self.reasons(change.head, review.head)) { $1 }
  }

  private static func failure(_ failure: TreeCaseChange.Failure) -> Failure {
    Failure(name: failure.of.description, reason: failure.reason)
  }

  private static func counts(_ run: TreeCaseRun) -> [String: Count] {
    let formats = run.cases?.formats ?? []
    return Dictionary(
      formats.map {
        (
          $0.name,
          Count(passed: $0.count.passed, failed: $0.count.failed, skipped: $0.count.skipped)
        )
      }, uniquingKeysWith: { $1 })
  }

  /// By side, or by side and format: why they were not run.
  private static func reasons(_ run: TreeCaseRun, _ side: String) -> [String: String] {
    switch run {
    case .notRun(let reason): [side: reason]
    case .ran(let cases):
      Dictionary(
        cases.unbuilt.map { ("\(side) \($0.format)", $0.reason) }, uniquingKeysWith: { $1 })
    }
  }
}

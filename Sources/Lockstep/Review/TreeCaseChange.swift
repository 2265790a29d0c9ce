// SPDX-License-Identifier: GPL-2.0-only

/// How the own cases of two versions ended, the newer against the older.
public struct TreeCaseChange: Sendable {
  /// What came of the older version's.
  public var base: TreeCaseRun
  /// What came of the newer version's.
  public var head: TreeCaseRun

  /// Both have ended.
  public init(base: TreeCaseRun, head: TreeCaseRun) {
    self.base = base
    self.head = head
  }

  /// A case and why it fails.
  public typealias Failure = (of: TreeCase, reason: String)

  /// Cases that fail in the newer version and passed in the older one.
  public var broken: [Failure] {
    let before = Self.outcomes(base)
    return failures(head) { before[$0] == .passed }
  }

  /// Cases that fail in the newer version and did not pass before: they failed too, or were not there.
  public var failing: [Failure] {
    let before = Self.outcomes(base)
    return failures(head) { before[$0] != .passed }
  }

  /// Cases that failed in the older version and pass in the newer one.
  public var mended: [TreeCase] {
    let after = Self.outcomes(head)
    return failures(base) { after[$0] == .passed }.map(\.of)
  }

  /// Cases that passed in the older version and that the newer one has no more, or that do not
  /// compile there. Empty when the newer one's were not run at all.
  public var lost: [TreeCase] {
    guard let base = base.cases, head.cases != nil else { return [] }
    let after = Self.outcomes(head)
    return base.outcomes.filter { $0.outcome == .passed && after[$0.of] == nil }.map(\.of)
  }

  private static func outcomes(_ run: TreeCaseRun) -> [TreeCase: TreeCaseOutcome] {
    let all = run.cases?.outcomes ?? []
    return Dictionary(all.map { ($0.of, $0.outcome) }, uniquingKeysWith: { first, _ in first })
  }

  private func failures(_ run: TreeCaseRun, _ isWanted: (TreeCase) -> Bool) -> [Failure] {
    (run.cases?.outcomes ?? []).compactMap { which, outcome in
      guard case .failed(let reason) = outcome, isWanted(which) else { return nil }
      return (which, reason)
    }
  }
}

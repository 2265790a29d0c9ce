// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A review of a change: what behaves differently, and whether what is new is still right.
public struct Review: Sendable {
  /// The older and the newer version as a user types them.
  public var base: String
  public var head: String
  /// What the two say that they can do.
  public var capabilities = CapabilityChange()
  /// What became of scenarios for want of what one of them cannot do, a line each.
  public var narrowed: [String] = []
  /// Most frequent first.
  public var changes: [FoundKind]
  public var judgement: JudgementChange
  /// What the trees' own cases say; nil when they were not asked for.
  public var cases: TreeCaseChange?
  /// Whether the change was run; nil when nobody looked.
  public var patch: PatchLines?
  /// What the comparison went through.
  public var tally: RunTally
  /// What the newer version went through alone.
  public var headTally: RunTally
  /// Scenarios that came from files; the others were made.
  public var recorded: Int
  /// Scenarios that iopt-fuzz found.
  public var guided = 0
  /// What was not done, a sentence each.
  public var notDone: [String]
  /// What both cost; nil when nobody measured.
  public var costs: ReviewCosts?

  /// What is known after all that was run.
  public init(
    base: String, head: String, changes: [FoundKind], judgement: JudgementChange,
    patch: PatchLines?, tally: RunTally, headTally: RunTally, recorded: Int, notDone: [String]
  ) {
    self.base = base
    self.head = head
    self.changes = changes
    self.judgement = judgement
    self.patch = patch
    self.tally = tally
    self.headTally = headTally
    self.recorded = recorded
    self.notDone = notDone
  }

  /// Promises that the newer version breaks and the older one kept: its own cases are such, too.
  public var brokenPromises: Int { judgement.broken.count + (cases?.broken.count ?? 0) }

  /// How it ended.
  public var verdict: ReviewVerdict {
    let isChanged = !changes.isEmpty || capabilities.count > 0
    if tally.judgements == 0 { return isChanged ? .changed : .nothingCompared }
    if brokenPromises > 0 { return .broken }
    return isChanged ? .changed : .unchanged
  }
}

/// How a review ended. Raw values are its exit statuses; 2 is bad input.
public enum ReviewVerdict: Int32, Sendable {
  case unchanged = 0
  /// Something behaves differently, or is there on one side only, and every promise that was kept
  /// still is.
  case changed = 1
  case nothingCompared = 3
  /// The newer version breaks a promise that the older one kept.
  case broken = 4
}

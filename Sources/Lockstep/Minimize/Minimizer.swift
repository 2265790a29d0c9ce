// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// Shrinks a scenario in which two lanes differ, to the same ``Signature``: the same kind of first
/// difference at the same kind of operation.
public final class Minimizer {
  /// What came of it.
  public struct Result: Equatable, Sendable {
    public var scenario: Scenario
    /// Of the first difference, before and after.
    public var signature: Signature
    /// Candidates that were run.
    public var tests: Int
  }

  /// At most so many candidates are run.
  public var testLimit = 100_000
  /// Whether the `domain` and `dma` lines stay as they are.
  public var keepsHead = false
  /// Told how far shrinking has come.
  public var onProgress: ((Shrinker.Progress) -> Void)?

  private let comparison: Comparison
  /// Says quickly that a candidate does not differ, which most of them do not.
  private let probe: LockstepRun
  private var lowered = LoweredScenario()

  /// The lanes themselves are left alone: everything runs on others of the same kind.
  public init(left: Lane, right: Lane) {
    comparison = Comparison(left: left.twin, right: right.twin)
    probe = LockstepRun([left.twin, right.twin])
  }

  /// The smallest scenario found that fails like `scenario`, or nil when the lanes do not differ in
  /// it. `file` stands for it when a subject refuses. With `seconds`, what was found by then; the
  /// result depends on the machine only in that case.
  public func minimize(
    _ scenario: Scenario, file: String, seconds: Double? = nil
  ) throws(ScenarioError) -> Result? {
    guard let signature = try comparison.firstDifference(in: scenario, file: file)?.signature
    else { return nil }
    // A word that changed back, or one without a store record, is seen by the comparison only.
    let probes = probeSees(scenario)
    var result = Result(scenario: scenario, signature: signature, tests: 0)
    var shrinker = Shrinker()
    shrinker.testLimit = testLimit
    shrinker.onProgress = onProgress
    if let seconds {
      let end = ContinuousClock.now + .seconds(seconds)
      shrinker.shouldStop = { ContinuousClock.now >= end }
    }
    result.scenario = shrinker.smallest(scenario) { candidate in
      if self.keepsHead, candidate.domain != scenario.domain || candidate.dma != scenario.dma {
        return false
      }
      result.tests += 1
      return (!probes || self.probeSees(candidate)) && self.signature(of: candidate) == signature
    }
    return result
  }

  private func probeSees(_ scenario: Scenario) -> Bool {
    lowered.lower(scenario)
    return switch probe.run(lowered) {
    case .diverged, .misused: true
    case .agreed, .refused: false
    }
  }

  /// nil when the lanes do the same or one of them refuses.
  private func signature(of scenario: Scenario) -> Signature? {
    try? comparison.firstDifference(in: scenario, file: "candidate")?.signature
  }

  /// `scenario` made small in about so many seconds, for a finder of failures to call before it
  /// reports; `scenario` itself when the lanes do not differ in it or one of them refuses.
  public static func minimize(
    _ scenario: Scenario, left: Lane, right: Lane, seconds: Double, keepingHead: Bool = false
  ) -> Scenario {
    let minimizer = Minimizer(left: left, right: right)
    minimizer.keepsHead = keepingHead
    let result = try? minimizer.minimize(scenario, file: "scenario", seconds: seconds)
    return result?.scenario ?? scenario
  }
}

extension Lane {
  /// Another lane with the same subject and revision and with memory of its own.
  var twin: Lane {
    Lane(subject, gather: gather.flatMap { GatherRevision(rawValue: $0) })
  }
}

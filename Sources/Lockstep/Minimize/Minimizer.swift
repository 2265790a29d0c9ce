// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Shrinks a scenario in which an oracle finds something, to the same ``Signature``: the same kind
/// of fault at the same kind of operation. One of version 1 of the language ends in version 2, of
/// the newest release, when the same is found there.
public final class Minimizer {
  /// What came of it.
  public struct Result: Equatable, Sendable {
    /// The smallest that was found.
    public var scenario: Scenario
    /// Of what is found, before and after.
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

  /// Why judging ended before its time; nothing is shrunk after that.
  public private(set) var failure: IsolationError?

  /// What was found in the scenario that was to be shrunk, and not when it ran alone, in a process
  /// that had run nothing before.
  public private(set) var notAlone: Finding?

  private let judge: any ScenarioJudge
  /// Each candidate runs alone.
  private var separates = false
  private let engine: Engine?
  private var lowered = LoweredScenario()

  /// Runs on lanes of its own, of the same kind as `lanes`, judged as `choice` says.
  public convenience init(_ choice: OracleChoice, _ lanes: [Lane]) {
    self.init(choice.engine(lanes.map(\.twin)))
  }

  /// Runs on `judge`, which nobody else uses meanwhile.
  public init(_ judge: any ScenarioJudge) {
    self.judge = judge
    engine = judge as? Engine
  }

  /// The smallest scenario found that fails like `scenario`, or nil when nothing is found in it, or
  /// nothing when it runs alone. With `seconds`, what was found by then; the result depends on the
  /// machine only in that case.
  public func minimize(_ scenario: Scenario, seconds: Double? = nil) -> Result? {
    notAlone = nil
    guard let seen = found(in: scenario) else { return nil }
    guard let isolated = judge as? IsolatedJudge else {
      return shrink(scenario, seen.signature, seconds)
    }
    guard let finding = foundAlone(in: scenario) else {
      notAlone = seen
      return nil
    }
    let limits = isolated.limits
    if case .process(let fatality) = finding.evidence, case .limit = fatality.end {
      isolated.limits = limits.hurried
    }
    let result = shrink(scenario, finding.signature, seconds)
    isolated.limits = limits
    if foundAlone(in: result.scenario)?.signature == finding.signature { return result }
    // A candidate looked like it for what others had left behind, or for want of time.
    separates = true
    defer { separates = false }
    return shrink(scenario, finding.signature, seconds)
  }

  private func foundAlone(in scenario: Scenario) -> Finding? {
    (judge as? IsolatedJudge)?.restart()
    return found(in: scenario)
  }

  private func shrink(
    _ scenario: Scenario, _ signature: Signature, _ seconds: Double?
  ) -> Result {
    var result = Result(scenario: scenario, signature: signature, tests: 0)
    var shrinker = Shrinker()
    shrinker.testLimit = testLimit
    shrinker.onProgress = onProgress
    if let seconds {
      let end = ContinuousClock.now + .seconds(seconds)
      shrinker.shouldStop = { ContinuousClock.now >= end }
    }
    // Before, since the smallest one of version 1 may be too plain for it, and after.
    upgrade(&result, shrinker)
    result.scenario = shrinker.smallest(result.scenario) { candidate in
      if self.keepsHead, candidate.domain != scenario.domain || candidate.dma != scenario.dma {
        return false
      }
      result.tests += 1
      return self.found(in: candidate)?.signature == signature
    }
    upgrade(&result, shrinker)
    return result
  }

  /// Puts a scenario of version 1 into version 2, when the same is found there.
  private func upgrade(_ result: inout Result, _ shrinker: Shrinker) {
    guard !keepsHead, shrinker.shouldStop?() != true,
      let newer = result.scenario.upgraded(to: .linux7_3)
    else { return }
    let others = judge.tally.otherReleases
    result.tests += 1
    // A kernel tree is what it is: the scenario is not to name another release.
    if found(in: newer)?.signature == result.signature, judge.tally.otherReleases == others {
      result.scenario = newer
    }
  }

  /// What was run so far.
  public var tally: RunTally { judge.tally }

  /// nil when nothing is wrong or a subject refuses.
  private func found(in scenario: Scenario) -> Finding? {
    if let engine {
      lowered.lower(scenario)
      return engine.run(lowered)
    }
    guard failure == nil else { return nil }
    if separates { (judge as? IsolatedJudge)?.restart() }
    do throws(IsolationError) {
      return try judge.judge(scenario, file: "")
    } catch {
      failure = error
      return nil
    }
  }
}

extension Lane {
  /// Another lane with the same subject, revision and release, and with memory of its own.
  public var twin: Lane {
    Lane(
      subject, gather: gather.flatMap { GatherRevision(rawValue: $0) }, release: release,
      host: manner,
      progress: progress, number: Int(number))
  }
}

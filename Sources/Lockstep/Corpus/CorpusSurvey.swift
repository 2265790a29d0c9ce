// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Finds out what each input of a corpus is worth.
public final class CorpusSurvey {
  /// One input and what came of it.
  public struct Entry: Sendable {
    /// The file.
    public var input: CorpusInput
    /// What its bytes decode to.
    public var scenario: Scenario
    /// What the last lane did in it, up to what is found.
    public var behaviour: Behaviour
    /// Of what is found first; nil when all is well.
    public var failure: Signature?
    /// Why a lane would not run it; nil when all did. What it is worth is then unknown.
    public var refusal: String?

    /// Whether the scenario is the same after it was printed and read.
    public var survivesText: Bool {
      let read = try? readScenarios(bytes: Array(scenario.text.utf8), name: input.name)
      return read?.map(\.scenario) == [scenario]
    }
  }

  private let judge: any ScenarioJudge

  /// `judge` is one of ``EnginePlan/init(_:observing:)``.
  public init(_ judge: any ScenarioJudge) { self.judge = judge }

  /// Runs one input, which decodes to `scenario`.
  public func entry(
    _ input: CorpusInput, _ scenario: Scenario
  ) throws(IsolationError) -> Entry {
    let refused = judge.tally.refusals
    let failure = try judge.judge(scenario, file: input.name)?.signature
    let refusal = judge.tally.refusals.first { refused[$0.key] != $0.value }?.key
    return Entry(
      input: input, scenario: scenario, behaviour: judge.behaviour, failure: failure,
      refusal: refusal)
  }
}

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
    /// What the last lane did in it.
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

  private let engine: Engine
  private let observed: Engine
  private let behaviour = BehaviourObserver()
  private var lowered = LoweredScenario()

  /// `choice` judges `lanes`; the last one's behaviour counts.
  public init(_ choice: OracleChoice, _ lanes: [Lane]) {
    engine = choice.engine(lanes)
    observed = Engine([lanes.last!.twin], [behaviour])
  }

  /// Runs one input, which decodes to `scenario`.
  public func entry(_ input: CorpusInput, _ scenario: Scenario) -> Entry {
    lowered.lower(scenario)
    let refused = engine.tally.refusals
    let failure = engine.run(lowered)?.signature
    let refusal = engine.tally.refusals.first { refused[$0.key] != $0.value }?.key
    observed.run(lowered)
    return Entry(
      input: input, scenario: scenario, behaviour: behaviour.behaviour, failure: failure,
      refusal: refusal)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Scenario

/// Finds out what each input of a corpus is worth.
public final class CorpusSurvey {
  /// One input and what two lanes did with it.
  public struct Entry: Sendable {
    public var input: CorpusInput
    public var scenario: Scenario
    public var behaviour: Behaviour
    /// Of the lanes' first difference; nil when they do the same.
    public var failure: Signature?
    /// Why a lane would not run it; nil when both did. What it is worth is then unknown.
    public var refusal: String?

    /// Whether the scenario is the same after it was printed and read.
    public var survivesText: Bool {
      let read = try? readScenarios(bytes: Array(scenario.text.utf8), name: input.name)
      return read?.map(\.scenario) == [scenario]
    }
  }

  private let comparison: Comparison
  private let probe: LockstepRun
  private let observed: Lane
  private var lowered = LoweredScenario()

  /// `right` is the lane whose behaviour counts.
  public init(left: Lane, right: Lane) {
    comparison = Comparison(left: left, right: right)
    probe = LockstepRun([left.twin, right.twin])
    observed = right.twin
  }

  /// Runs one input, which decodes to `scenario`.
  public func entry(_ input: CorpusInput, _ scenario: Scenario) -> Entry {
    lowered.lower(scenario)
    var failure: Signature?
    var refusal: String?
    switch probe.run(lowered) {
    case .agreed: break
    case .diverged, .misused, .refused:
      do throws(ScenarioError) {
        failure = try comparison.firstDifference(in: scenario, file: input.name)?.signature
      } catch {
        refusal = error.message
      }
    }
    let behaviour = Behaviour(of: lowered, on: observed)
    return Entry(
      input: input, scenario: scenario, behaviour: behaviour, failure: failure, refusal: refusal)
  }
}

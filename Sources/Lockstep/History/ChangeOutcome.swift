// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What the contract and the leak oracle say of one side in one scenario.
public enum ContractVerdict: Equatable, Sendable {
  /// All that was promised was kept.
  case keeps
  /// Not kept, in ways that are known, by name in order.
  case departs([String])
  /// The signature of the first promise that was broken.
  case breaks(String)
  /// There was nothing to judge: the domain did not open.
  case saysNothing
}

/// What a change comes to in its scenario, seen by running it.
public struct ChangeOutcome: Sendable {
  /// What was run.
  public var change: KernelChange
  /// On whom.
  public var sides: KernelChange.Sides
  /// The difference, the side before the change on the left; nil when there is none.
  public var finding: Finding?
  /// Why a side would not run the scenario; nil when both did.
  public var refusal: String?
  /// Of the side before the change, alone.
  public var older: ContractVerdict
  /// Of the side after it.
  public var newer: ContractVerdict
}

extension KernelChange {
  /// Runs the scenario on `sides`, as engines that `judge` makes.
  public func outcome(
    _ sides: Sides, judge: (EnginePlan) throws -> any ScenarioJudge
  ) throws -> ChangeOutcome {
    let scenario = try scenario
    let requests = [try LaneRequest(sides.older), try LaneRequest(sides.newer)]
    let comparison = try judge(
      EnginePlan(requests, make: OracleChoice([.comparison]).engine))
    let finding = try comparison.judge(scenario, file: "")
    return ChangeOutcome(
      change: self, sides: sides, finding: finding,
      refusal: comparison.tally.refusals.keys.sorted().first,
      older: try Self.verdict(requests[0], scenario, judge),
      newer: try Self.verdict(requests[1], scenario, judge))
  }

  private static func verdict(
    _ request: LaneRequest, _ scenario: Scenario,
    _ judge: (EnginePlan) throws -> any ScenarioJudge
  ) throws -> ContractVerdict {
    // A warning is no word of the contract's: what a change does about one, it says itself.
    let choice = OracleChoice(
      [.contract, .leak, .hardware], filter: PropertyFilter(except: ["no-warn"]))
    let alone = try judge(EnginePlan([request], make: choice.engine))
    if let finding = try alone.judge(scenario, file: "") {
      return .breaks(finding.signature.description)
    }
    if alone.tally.judgements == 0 { return .saysNothing }
    let departures = alone.departures.filter { $0.count > 0 }.map(\.name)
    return departures.isEmpty ? .keeps : .departs(departures.sorted())
  }
}

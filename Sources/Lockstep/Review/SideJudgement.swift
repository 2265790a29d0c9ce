// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What one version of some code was found to be on its own: which promises it broke, and which of
/// the known departures it has.
public final class SideJudgement {
  private let judge: any ScenarioJudge
  /// The first finding of each kind, and how many scenarios had it.
  public private(set) var breaches: [Signature: (count: Int, finding: Finding, scenario: Scenario)]

  /// `judge` judges one subject alone.
  public init(_ judge: any ScenarioJudge) {
    self.judge = judge
    breaches = [:]
  }

  /// The subject as a user types it.
  public var label: String { judge.labels[0] }

  /// What was run so far.
  public var tally: RunTally { judge.tally }

  /// The known departures that were seen, by name, and how often.
  public var departures: [String: Int] {
    Dictionary(judge.departures.map { ($0.name, $0.count) }, uniquingKeysWith: +)
  }

  /// Runs one scenario.
  public func run(_ scenario: Scenario) throws(IsolationError) {
    guard let finding = try judge.judge(scenario, file: "") else { return }
    breaches[finding.signature, default: (0, finding, scenario)].count += 1
  }
}

/// What the newer version is on its own, against the older.
public struct JudgementChange: Sendable {
  /// Kinds of breach that the newer one has and the older one had not, in a stable order.
  public var broken: [Breach] = []
  /// Kinds that only the older one had.
  public var mended: [Breach] = []
  /// Kinds that both have.
  public var kept: [Breach] = []
  /// Names of departures that only the newer one has.
  public var newDepartures: [String] = []
  /// Names that only the older one has.
  public var lostDepartures: [String] = []

  /// One kind of broken promise.
  public struct Breach: Sendable {
    /// Which promise, and how it was broken.
    public var signature: Signature
    /// Scenarios in which it was.
    public var count: Int
    /// The first time that it was.
    public var finding: Finding
    /// The scenario of that time.
    public var scenario: Scenario
  }

  /// What is different between the two.
  public init(base: SideJudgement, head: SideJudgement) {
    broken = Self.breaches(head) { base.breaches[$0] == nil }
    mended = Self.breaches(base) { head.breaches[$0] == nil }
    kept = Self.breaches(head) { base.breaches[$0] != nil }
    let before = Set(base.departures.keys)
    let after = Set(head.departures.keys)
    newDepartures = after.subtracting(before).sorted()
    lostDepartures = before.subtracting(after).sorted()
  }

  private static func breaches(
    _ side: SideJudgement, _ isWanted: (Signature) -> Bool
  ) -> [Breach] {
    side.breaches.filter { isWanted($0.key) }
      .map {
        Breach(
          signature: $0.key, count: $0.value.count, finding: $0.value.finding,
          scenario: $0.value.scenario)
      }
      .sorted { $0.signature.description < $1.signature.description }
  }
}

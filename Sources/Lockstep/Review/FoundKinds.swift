// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One kind of finding of a review: a way in which two versions differ, or a promise that is broken.
public struct FoundKind: Sendable {
  /// What it is, without the modes in force.
  public var signature: Signature
  /// Scenarios that show it.
  public var count: Int
  /// The smallest scenario that shows it.
  public var scenario: Scenario
  /// What is seen in that scenario.
  public var finding: Finding

  /// Makes the scenario smaller, for at most `seconds`. `judge` finds the same in it.
  fileprivate mutating func shrink(
    by judge: any ScenarioJudge, seconds: Double
  ) throws(IsolationError) {
    let minimizer = Minimizer(judge)
    let result = minimizer.minimize(scenario, seconds: seconds)
    if let failure = minimizer.failure { throw failure }
    guard let result, let finding = try judge.judge(result.scenario, file: "") else { return }
    scenario = result.scenario
    self.finding = finding
  }
}

/// How many kinds are shrunk, and how long that may take.
public struct ShrinkBounds: Sendable {
  /// So many, the first ones.
  public var kinds: Int
  /// Each of them, in seconds.
  public var seconds: Double
  /// All of them, in seconds.
  public var total: Double

  /// Bounds of these sizes.
  public init(kinds: Int, seconds: Double, total: Double) {
    self.kinds = kinds
    self.seconds = seconds
    self.total = total
  }
}

/// Findings by their kind, each with the shortest scenario that shows it.
struct FoundKinds {
  private var kinds: [Signature: FoundKind] = [:]
  /// In the order in which they were met, which decides between equal counts.
  private var order: [Signature] = []

  /// Whether there is one of this kind.
  func contains(_ signature: Signature) -> Bool { kinds[signature] != nil }

  /// Counts a scenario in which `finding` was made; true when it is the first of its kind.
  @discardableResult
  mutating func take(_ finding: Finding, _ scenario: Scenario, as signature: Signature) -> Bool {
    let new = FoundKind(signature: signature, count: 0, scenario: scenario, finding: finding)
    let isNew = kinds[signature] == nil
    if isNew { order.append(signature) }
    var kind = kinds[signature] ?? new
    kind.count += 1
    if scenario.operations.count < kind.scenario.operations.count {
      kind.scenario = scenario
      kind.finding = finding
    }
    kinds[signature] = kind
    return isNew
  }

  /// All of them, that of most scenarios first.
  var sorted: [FoundKind] {
    order.enumerated().map { (index: $0.offset, kind: kinds[$0.element]!) }
      .sorted { ($1.kind.count, $0.index) < ($0.kind.count, $1.index) }.map(\.kind)
  }

  /// The same, shrunk as far as `bounds` let them. `judge` finds in a scenario what was found.
  /// `onProgress` is told how many are done.
  func shrunk(
    by judge: any ScenarioJudge, _ bounds: ShrinkBounds, onProgress: (Int) -> Void
  ) throws(IsolationError) -> [FoundKind] {
    var result = sorted
    // Of what does not return, every candidate takes as long as the scenario.
    let end = ContinuousClock.now + .seconds(bounds.total)
    for index in result.indices.prefix(bounds.kinds) where !result[index].finding.isHang {
      let rest = (end - ContinuousClock.now) / .seconds(1)
      guard rest > 0 else { break }
      try result[index].shrink(by: judge, seconds: min(bounds.seconds, rest))
      onProgress(index + 1)
    }
    return result
  }
}

extension Signature {
  /// Without what was in force: that tells faults apart, and a reader not, as one cause shows in many
  /// modes.
  var withoutModes: Signature {
    var signature = self
    signature.modes = []
    return signature
  }

  /// Which promise is broken at which kind of operation: all that one cause breaks there counts as one.
  var promise: Signature {
    var signature = withoutModes
    guard oracle == .contract || oracle == .hardware else { return signature }
    if let colon = difference.firstRange(of: ": ") {
      signature.difference = String(difference[..<colon.lowerBound])
    }
    return signature
  }
}

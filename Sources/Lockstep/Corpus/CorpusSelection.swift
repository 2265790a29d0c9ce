// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// Chooses the inputs that add something to those before them.
public struct CorpusSelection {
  /// Why an input adds nothing.
  public enum Verdict: Equatable, Sendable {
    case adds
    /// Another input's bytes decode to the same scenario.
    case sameScenario
    /// Another input fails with the same signature.
    case sameFailure(Signature)
    /// Other inputs show all of its behaviour.
    case sameBehaviour
    /// A lane would not run it, so nobody knows.
    case unknown
  }

  /// False: only the same scenario and the same failure make an input superfluous.
  public var judgesBehaviour = true

  private var scenarios: Set<ContentName> = []
  private var failures: Set<Signature> = []
  private var features: Set<UInt64> = []

  public init() {}

  /// Takes the input in when it adds something.
  public mutating func consider(_ entry: CorpusSurvey.Entry) -> Verdict {
    guard scenarios.insert(ContentName(of: Array(entry.scenario.text.utf8))).inserted else {
      return .sameScenario
    }
    if entry.refusal != nil { return .unknown }
    if let failure = entry.failure {
      return failures.insert(failure).inserted ? .adds : .sameFailure(failure)
    }
    let known = features.count
    features.formUnion(entry.behaviour.features)
    return features.count > known || !judgesBehaviour ? .adds : .sameBehaviour
  }

  /// Behaviours seen so far.
  public var featureCount: Int { features.count }

  /// The kinds of failure seen so far, in order of their text.
  public var failureKinds: [Signature] { failures.sorted { $0.description < $1.description } }

  /// The order in which inputs are considered: the smallest first, so that they stay.
  public static func order(_ left: CorpusInput, _ right: CorpusInput) -> Bool {
    (left.bytes.count, left.name) < (right.bytes.count, right.name)
  }
}

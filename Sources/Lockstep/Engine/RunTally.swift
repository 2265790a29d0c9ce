// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// What an engine went through.
public struct RunTally: Codable, Equatable, Sendable {
  /// Scenarios that were begun.
  public var scenarios = 0
  /// Statements that were run: `domain` lines and operations.
  public var statements = 0
  /// How often an oracle had something to judge.
  public var judgements = 0
  /// Scenarios in which something was wrong.
  public var findings = 0
  /// Scenarios that a crash ended: the rest of them was not run.
  public var crashed = 0
  /// Scenarios in which a subject tells no stores: what it had in memory between two events, and
  /// whether its stores are true, was not asked.
  public var withoutStores = 0
  /// Scenarios that name a release which a kernel tree among the subjects is not: the tree ran them as
  /// what it is.
  public var otherReleases = 0
  /// Scenarios that a subject refused, at their beginning or later.
  public var refused = 0
  /// Why, in words, and how many scenarios each time.
  public var refusals: [String: Int] = [:]

  /// Why a subject did not answer what an oracle asked it beside the scenario, in words, and in how
  /// many scenarios: those were judged without it.
  public var unanswered: [String: Int] = [:]
  /// Domains that no subject could open, and how many scenarios each time: of these nothing but
  /// that was compared.
  public var unopened: [UnopenedDomain: Int] = [:]
  /// Domains that were judged behind a driver that was named and would never make them, by driver.
  public var neverMade: [String: NeverMade] = [:]

  /// Domains whose driver's hardware caches what is absent, and that do without `sync_map`: nothing can
  /// be said of that there. By driver.
  public var unjudgedAbsence: [String: Int] = [:]

  /// Kernel trees that are no release which has a number: what each is, and as what it is judged. Told
  /// once.
  public var releaseNotes: [String: String] = [:]

  /// Domains of one driver.
  public struct NeverMade: Codable, Equatable, Sendable {
    /// How many.
    public var count: Int
    /// Why, in words that follow on the driver's name.
    public var reason: String
  }

  /// What is known and was met: each signature, and how often. Thorough runs count it.
  public var known: [KnownSignature: Int] = [:]

  /// Nothing so far.
  public init() {}

  /// Everything that is only a number.
  static let counters: [any WritableKeyPath<RunTally, Int> & Sendable] = [
    \.scenarios, \.statements, \.judgements, \.findings, \.crashed, \.withoutStores,
    \.otherReleases, \.refused,
  ]

  /// Adds another engine's, or another run's.
  public mutating func add(_ other: RunTally) {
    // Not to be trusted where it stood in memory that a stranger's code could reach.
    for counter in Self.counters { self[keyPath: counter] &+= other[keyPath: counter] }
    for (reason, count) in other.refusals { Self.count(reason, in: &refusals, count) }
    for (reason, count) in other.unanswered { Self.count(reason, in: &unanswered, count) }
    unopened.merge(other.unopened, uniquingKeysWith: +)
    neverMade.merge(other.neverMade) { NeverMade(count: $0.count + $1.count, reason: $0.reason) }
    unjudgedAbsence.merge(other.unjudgedAbsence, uniquingKeysWith: +)
    known.merge(other.known, uniquingKeysWith: +)
    releaseNotes.merge(other.releaseNotes) { own, _ in own }
  }

  /// Counts a scenario for a reason. A subject may give another one each time: some are kept.
  static func count(_ reason: String, in reasons: inout [String: Int], _ scenarios: Int = 1) {
    let isKept = reasons[reason] != nil || reasons.count < mostReasons
    reasons[isKept ? reason : otherReasons, default: 0] += scenarios
  }

  private static let mostReasons = 20
  private static let otherReasons = "for other reasons"

  /// How a run ended, as an exit status says it.
  public var verdict: RunVerdict {
    if findings > 0 { return .differs }
    return judgements > 0 ? .agrees : .nothingJudged
  }
}

/// A kind of domain whose initialisation failed on every side, as a count goes by.
public struct UnopenedDomain: Codable, Hashable, Sendable {
  /// The domain's format.
  public var format: Format
  /// With the kernel's checks or without.
  public var build: Build
  /// The release that was meant.
  public var kernel: Kernel
  /// Positive; 0 when the subject gave none.
  public var errno: Int32

  /// Why, in words: the errno's name, and what the format needs where that is known.
  public var reason: String {
    "\(Errno.text(errno)) (\(format.openingHint(errno, build, kernel) ?? "\(format)"))"
  }
}

/// A known danger of hardware, as far as it says the same each time.
public struct KnownSignature: Codable, Hashable, Sendable {
  /// The class, the property that it breaks, and the driver behind which, by their names.
  public var name: String
  public var property: String
  public var driver: String
  /// Of the domain.
  public var release: Kernel
}

/// How a run ended. Raw values are exit statuses, everywhere.
public enum RunVerdict: Int32, Sendable {
  /// All that was compared agrees; refused scenarios were counted, listed departures allowed.
  case agrees = 0
  /// A difference, or a breach.
  case differs = 1
  /// Nothing at all was compared or judged.
  case nothingJudged = 3
}

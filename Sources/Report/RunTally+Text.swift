// SPDX-License-Identifier: GPL-2.0-only
import Lockstep

extension RunTally {
  /// What to say of scenarios that were not run to their end, or not compared in full, and of trees that
  /// are judged as a release which they are not: a line for each reason, nothing when there are none.
  public var refusalLines: [String] {
    let notes = releaseNotes.map { "  \($0) is \($1)" }.sorted()
    let silent =
      withoutStores == 0
      ? [] : ["  \(withoutStores) scenarios compared without stores: a subject tells none"]
    let others =
      otherReleases == 0
      ? [] : ["  \(otherReleases) scenarios name another release than a kernel tree's own"]
    return notes + silent + others + Self.lines(refusals.map { ($0, $1) }, "not run")
      + Self.lines(unanswered.map { ($0, $1) }, "judged without lookups")
  }

  /// What to say of scenarios whose domain could not be opened: a line for each reason.
  public var unopenedLines: [String] {
    Self.lines(unopenedReasons.map { ($0, $1) }, "not opened")
  }

  /// What to say of domains behind drivers whose hardware caches that nothing is there: a line for each
  /// driver.
  public var unjudgedAbsenceLines: [String] {
    unjudgedAbsence.sorted { $0.key < $1.key }.map { driver, count in
      "  \(count) \(count == 1 ? "domain" : "domains") behind \(driver) without sync_map: whether it may"
        + " cache that nothing is there was not asked"
    }
  }

  /// What to say of domains that were judged behind a driver that would never make them: a line for
  /// each driver.
  public var neverMadeLines: [String] {
    neverMade.sorted { $0.key < $1.key }.map { driver, domains in
      "  \(domains.count) \(domains.count == 1 ? "domain" : "domains") that \(driver) would never make:"
        + " \(domains.reason)\(domains.count == 1 ? "" : ", in the first of them")"
    }
  }

  /// What is known and allowed, of these names and counts: hardware's by signature, such as
  /// `  unmapOfNothing: 2, over-invalidation behind amd-np in 7.3`, a line each.
  public func departureLines(_ departures: [String: Int]) -> [String] {
    departures.sorted { $0.key < $1.key }.flatMap { name, count in
      let signatures = known.filter { $0.key.name == name }.map { signature, count in
        (signature: signature.words, count: count)
      }
      let others = count - signatures.reduce(0) { $0 + $1.count }
      return (others > 0 ? ["  \(name): \(others)"] : [])
        + signatures.sorted { $0.signature < $1.signature }.map {
          "  \(name): \($0.count), \($0.signature)"
        }
    }
  }

  /// How a run ended, in words: `agrees` or `differs`, unless nothing at all was compared.
  public func verdict(agrees: String, differs: String) -> String {
    switch verdict {
    case .agrees: agrees
    case .differs: differs
    case .nothingJudged: "nothing was compared"
    }
  }

  private static func lines(_ counts: [(reason: String, count: Int)], _ what: String) -> [String] {
    counts.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }.map { reason, count in
      "  \(count) \(count == 1 ? "scenario" : "scenarios") \(what): \(reason)"
    }
  }

  /// ``unopened`` by reason, for programs.
  public var unopenedReasons: [String: Int] {
    Dictionary(unopened.map { ($0.reason, $1) }, uniquingKeysWith: +)
  }
}

extension KnownSignature {
  /// What it breaks, behind which driver, and in which release.
  fileprivate var words: String { "\(property) behind \(driver) in \(release.name)" }
}

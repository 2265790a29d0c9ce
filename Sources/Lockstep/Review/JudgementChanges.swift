// SPDX-License-Identifier: GPL-2.0-only
import Hardware
import ScenarioLanguage

/// What the newer version is on its own, against the older.
public struct JudgementChange: Sendable {
  /// Promises that the newer one breaks in scenarios in which the older one keeps them, that of most
  /// scenarios first.
  public var broken: [FoundKind] = []
  /// Those that the newer one breaks only where the older one had ended already: whether that kept them
  /// is not known.
  public var unsettled: [FoundKind] = []
  /// Those that only the older one breaks.
  public var mended: [FoundKind] = []
  /// Those that both break.
  public var kept: [FoundKind] = []
  /// Departures that only the newer one has, of scenarios that both ran to the end, by name.
  public var newDepartures: [SeenDeparture] = []
  /// Those that only the older one has.
  public var lostDepartures: [SeenDeparture] = []

  /// A known departure, and in how many scenarios it was seen.
  public struct SeenDeparture: Equatable, Sendable {
    /// Its name, as `--forbid` takes it.
    public var name: String
    /// Scenarios.
    public var count: Int
  }

  /// No difference.
  public init() {}
}

/// Judges two versions of some code, each alone, on the same scenarios.
public final class JudgementChanges {
  private let base: SideJudge
  private let head: SideJudge
  private var broken = FoundKinds()
  private var unsettled = FoundKinds()
  private var mended = FoundKinds()
  private var kept = FoundKinds()
  /// Departures of scenarios that both ran to the end, and of all: those tell what is not new, or not
  /// gone.
  private var departures = (base: [String: Int](), head: [String: Int]())
  private var allDepartures = (base: Set<String>(), head: Set<String>())

  /// Each of the two judges one subject alone.
  public init(base: any ScenarioJudge, head: any ScenarioJudge) {
    self.base = SideJudge(base)
    self.head = SideJudge(head)
  }

  /// What the newer version went through.
  public var headTally: RunTally { head.tally }

  /// Runs one scenario on both. `difference` is where they differ first: a departure behind it that only
  /// the newer one has may be its history's and no news.
  public func run(
    _ scenario: Scenario, differingAt difference: Finding.Place? = nil
  ) throws(IsolationError) {
    let (before, after) = (try base.run(scenario), try head.run(scenario))
    allDepartures.base.formUnion(before.departures)
    allDepartures.head.formUnion(after.departures)
    if before.isWhole, after.isWhole {
      for name in before.departures { departures.base[name, default: 0] += 1 }
      var new = after.departures
      if !new.isSubset(of: before.departures), let difference,
        let shorter = scenario.cut(behind: difference)
      {
        new = try head.run(shorter).departures
      }
      for name in new { departures.head[name, default: 0] += 1 }
    }
    if let finding = after.finding { try take(finding, scenario, before) }
    if let finding = before.finding, after.keeps(finding) {
      mended.take(finding, scenario, as: finding.signature.promise)
    }
  }

  /// Files what the newer version broke; `before` is what the older one did.
  private func take(
    _ finding: Finding, _ scenario: Scenario, _ before: SideVerdict
  ) throws(IsolationError) {
    let promise = finding.signature.promise
    if before.finding?.signature.promise == promise {
      kept.take(finding, scenario, as: promise)
    } else if before.keeps(finding) {
      broken.take(finding, scenario, as: promise)
    } else if !broken.contains(promise), before.finding?.isHang != true,
      let shorter = scenario.cut(behind: finding.place), let found = try newBreach(in: shorter),
      found.signature.promise == promise
    {
      broken.take(found, shorter, as: promise)
    } else {
      unsettled.take(finding, scenario, as: promise)
    }
  }

  /// What the newer version breaks in `scenario` and the older one keeps.
  fileprivate func newBreach(in scenario: Scenario) throws(IsolationError) -> Finding? {
    guard let finding = try head.run(scenario).finding, try base.run(scenario).keeps(finding) else {
      return nil
    }
    return finding
  }

  /// What is different between the two, with the broken promises shrunk as far as `bounds` let them.
  /// `onProgress` is told how many are done.
  public func change(
    shrinking bounds: ShrinkBounds, onProgress: (Int) -> Void = { _ in }
  ) throws(IsolationError) -> JudgementChange {
    var change = JudgementChange()
    change.broken = try broken.shrunk(by: NewBreachJudge(self), bounds, onProgress: onProgress)
    change.kept = kept.sorted
    change.unsettled = unsettled.sorted.filter {
      !broken.contains($0.signature) && !kept.contains($0.signature)
    }
    change.mended = mended.sorted.filter {
      !kept.contains($0.signature) && !broken.contains($0.signature)
        && !unsettled.contains($0.signature)
    }
    change.newDepartures = Self.seen(departures.head, butFor: allDepartures.base)
    change.lostDepartures = Self.seen(departures.base, butFor: allDepartures.head)
    return change
  }

  private static func seen(
    _ counts: [String: Int], butFor others: Set<String>
  ) -> [JudgementChange.SeenDeparture] {
    counts.filter { !others.contains($0.key) }.map { .init(name: $0.key, count: $0.value) }
      .sorted { $0.name < $1.name }
  }

  fileprivate var judged: SideJudge { head }
}

/// Finds in a scenario what the newer version breaks and the older one keeps: for a shrinker.
private final class NewBreachJudge: ScenarioJudge {
  private let changes: JudgementChanges
  var onFinding: (Finding) -> Void = { _ in }

  init(_ changes: JudgementChanges) { self.changes = changes }

  var labels: [String] { changes.judged.labels }
  var tally: RunTally { changes.judged.tally }
  var capabilities: [Capabilities] { changes.judged.capabilities }
  var departures: [(name: String, count: Int)] { [] }
  var costs: [DriverCosts] { [] }
  var losses: LossCount { LossCount() }

  func judge(_ scenario: Scenario, file: String) throws(IsolationError) -> Finding? {
    try changes.newBreach(in: scenario)
  }
}

extension Scenario {
  /// The same up to a place, with nothing behind it; nil when there is nothing there to leave out.
  fileprivate func cut(behind place: Finding.Place) -> Scenario? {
    guard !place.isEnd, let last = place.operation, last + 1 < operations.count else { return nil }
    var shorter = self
    shorter.operations.removeSubrange((last + 1)...)
    return shorter
  }
}

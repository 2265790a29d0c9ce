// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// What a review says of two versions that it judges alone.
@Suite struct JudgementChangesTests {
  private typealias Script = [UInt64: ScriptedJudge.Event]
  private static let nothing = ShrinkBounds(kinds: 0, seconds: 0, total: 0)

  private func change(
    _ base: Script, _ head: Script, shrinking bounds: ShrinkBounds = nothing,
    _ scenarios: Scenario...
  ) throws -> JudgementChange {
    let changes = JudgementChanges(
      base: ScriptedJudge("base", base), head: ScriptedJudge("head", head))
    for scenario in scenarios { try changes.run(scenario) }
    return try changes.change(shrinking: bounds)
  }

  private func names(_ kinds: [FoundKind]) -> [String] {
    kinds.map { "\($0.signature) \($0.count)" }
  }

  private static let order = "queue-order: no flush"

  @Test func whatBothBreakIsNotNewInOtherModes() throws {
    // The older one crashes before it gets where the newer one breaks the same in other modes.
    let change = try change(
      [1: .breaks(.hardware, Self.order, []), 2: .crashes],
      [1: .breaks(.hardware, Self.order, []), 3: .breaks(.hardware, Self.order, [.queued])],
      ScriptedJudge.scenario(1), ScriptedJudge.scenario(2, 3))
    #expect(change.broken.isEmpty && change.mended.isEmpty && change.unsettled.isEmpty)
    #expect(names(change.kept) == ["hardware unmap: queue-order 1"])
  }

  @Test func whatIsBrokenBehindTheEndOfTheOlderOneIsNotSettled() throws {
    for end in [.crashes, .refuses, .breaks(.leak, "tables", [])] as [ScriptedJudge.Event] {
      let change = try change(
        [1: end], [2: .breaks(.contract, "unmap: size", [])], ScriptedJudge.scenario(1, 2))
      #expect(change.broken.isEmpty)
      #expect(names(change.unsettled) == ["contract unmap: unmap 1"])
    }
  }

  @Test func whatTheOlderOneKeptInTheSameScenarioIsBroken() throws {
    let fault = ScriptedJudge.Event.breaks(.contract, "unmap: size", [.queued])
    let ends: [ScriptedJudge.Event] = [.crashes, .refuses, .breaks(.leak, "tables", [])]
    for end in ends {
      // The older one has the fault, too, but not there; it ends behind the place.
      let change = try change(
        [1: fault, 3: end], [1: fault, 2: fault], ScriptedJudge.scenario(1),
        ScriptedJudge.scenario(2, 3))
      #expect(names(change.broken) == ["contract unmap: unmap 1"])
      #expect(names(change.kept) == ["contract unmap: unmap 1"])
    }
  }

  @Test func anotherPromiseBrokenByTheSameOperationHidesNone() throws {
    let change = try change(
      [1: .breaks(.contract, "unmap: size", [])], [1: .breaks(.hardware, Self.order, [])],
      ScriptedJudge.scenario(1))
    #expect(names(change.broken) == ["hardware unmap: queue-order 1"])
  }

  @Test func oneCauseIsShownOnceMostFrequentFirstAndShrunk() throws {
    let change = try change(
      [:],
      [
        1: .breaks(.leak, "tables", []), 2: .breaks(.hardware, Self.order, [.queued]),
        3: .breaks(.hardware, "queue-order: too early", [.flushRange]),
      ],
      shrinking: ShrinkBounds(kinds: 9, seconds: 60, total: 60), ScriptedJudge.scenario(1),
      ScriptedJudge.scenario(8, 8, 8, 8, 2), ScriptedJudge.scenario(8, 8, 3, 8, 8))
    #expect(names(change.broken) == ["hardware unmap: queue-order 2", "leak unmap: tables 1"])
    #expect(change.broken[0].scenario.operations.count == 1)
  }

  @Test func aShrunkScenarioIsStillOneThatTheOlderOneKeeps() throws {
    let fault = ScriptedJudge.Event.breaks(.hardware, Self.order, [])
    // A smaller one would do for the newer version alone.
    let change = try change(
      [0: fault], [0: fault, 1: fault],
      shrinking: ShrinkBounds(kinds: 9, seconds: 60, total: 60), ScriptedJudge.scenario(8, 1))
    #expect(change.broken.map(\.scenario.operations) == [[.iovaToPhys(iova: 1)]])
  }

  @Test func whatOnlyTheOlderOneBreaksIsMended() throws {
    let change = try change(
      [1: .breaks(.contract, "unmap: size", []), 2: .breaks(.leak, "tables", [])], [2: .crashes],
      ScriptedJudge.scenario(1), ScriptedJudge.scenario(2))
    #expect(names(change.mended) == ["contract unmap: unmap 1"])
  }

  @Test func departuresCountWhereBothRanToTheEnd() throws {
    let whole = try change(
      [1: .departs("gone")], [1: .departs("new")], ScriptedJudge.scenario(1))
    #expect(whole.newDepartures == [.init(name: "new", count: 1)])
    #expect(whole.lostDepartures == [.init(name: "gone", count: 1)])
    for end in [.crashes, .refuses, .breaks(.leak, "tables", [])] as [ScriptedJudge.Event] {
      let cut = try change(
        [1: .departs("gone"), 2: end], [1: .departs("new")], ScriptedJudge.scenario(1, 2))
      #expect(cut.newDepartures.isEmpty && cut.lostDepartures.isEmpty)
    }
    // One that the other has where it does not come to the end is neither.
    let elsewhere = try change(
      [1: .departs("old"), 2: .departs("old"), 3: .crashes],
      [2: .departs("old"), 4: .departs("old"), 1: .departs("x")],
      ScriptedJudge.scenario(1, 3), ScriptedJudge.scenario(4))
    #expect(elsewhere.newDepartures.isEmpty && elsewhere.lostDepartures.isEmpty)
  }

  @Test func aDepartureBehindTheFirstDifferenceIsNotNew() throws {
    for (place, expected) in [(0, [] as [String]), (1, ["new"])] {
      let changes = JudgementChanges(
        base: ScriptedJudge("base", [:]), head: ScriptedJudge("head", [2: .departs("new")]))
      try changes.run(
        ScriptedJudge.scenario(1, 2), differingAt: Finding.Place(file: "", operation: place))
      #expect(try changes.change(shrinking: Self.nothing).newDepartures.map(\.name) == expected)
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

/// What is dropped, and what every shrinking keeps to.
@Suite struct ShrinkOperationsTests {
  private static let marks: [Operation] = [
    .failAlloc(countdown: 0), .setDirty(iova: 0), .unmapFast(gather: 0, iova: 0, length: 0x1000),
  ]

  /// Whether the marks are there, in order.
  private static func holdsMarks(_ scenario: Scenario) -> Bool {
    var rest = marks[...]
    for operation in scenario.operations where operation.kind == rest.first?.kind {
      rest.removeFirst()
    }
    return rest.isEmpty
  }

  private static func marked(seed: UInt64) -> Scenario {
    var scenario = tableScenario(seed: seed, operations: 1000)
    scenario.operations.insert(.failAlloc(countdown: 9), at: 31)
    scenario.operations.insert(.setDirty(iova: 0x7000), at: 500)
    scenario.operations.insert(.unmapFast(gather: 3, iova: 0x7000, length: 0x5000), at: 900)
    return scenario
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func onlyWhatTheFailureNeedsIsLeft(_ seed: UInt64) {
    let result = Shrinker().smallest(Self.marked(seed: seed), where: Self.holdsMarks)
    #expect(result.operations == Self.marks)
    let plain = DomainConfiguration(format: .amdv1, va: 64, oa: 52, top: 2)
    #expect(result.domain == plain)
  }

  @Test func equalInputGivesEqualOutput() {
    func needs(_ scenario: Scenario) -> Bool {
      scenario.operations.count { $0.kind == IOPT_OP_MAP } >= 7
    }
    let scenario = tableScenario(seed: 5, operations: 300)
    let one = Shrinker().smallest(scenario, where: needs)
    #expect(one == Shrinker().smallest(scenario, where: needs))
    #expect(one.operations.count == 7)
  }

  @Test func aFailureThatNeedsEverythingIsReturnedAsItIs() {
    let scenario = dmaScenario(seed: 1, operations: 40)
    #expect(Shrinker().smallest(scenario) { $0 == scenario } == scenario)
  }

  @Test func aLateFailureOfAnEmptyScenarioNeedsNoOperation() {
    let scenario = tableScenario(seed: 9, operations: 50)
    let result = Shrinker().smallest(scenario) { $0.domain.format == .amdv1 }
    #expect(result.operations.isEmpty)
  }

  @Test(arguments: [0, 1, 17])
  func theLimitOnTestsHolds(_ limit: Int) {
    let counter = Counter()
    var shrinker = Shrinker()
    shrinker.testLimit = limit
    _ = shrinker.smallest(tableScenario(seed: 2, operations: 100)) { _ in
      counter.count += 1
      return counter.count % 3 == 0
    }
    #expect(counter.count == limit)
  }

  @Test func shrinkingStopsWhenItIsToldTo() {
    let counter = Counter()
    var shrinker = Shrinker()
    shrinker.shouldStop = { counter.count == 25 }
    let result = shrinker.smallest(tableScenario(seed: 2, operations: 100)) { scenario in
      counter.count += 1
      return scenario.operations.count > 90
    }
    #expect(counter.count == 25)
    #expect(result.operations.count < 100)
  }

  @Test func progressIsTold() {
    let seen = Counter()
    var shrinker = Shrinker()
    shrinker.onProgress = { progress in
      seen.count += 1
      #expect(progress.tests == seen.count * 64)
      #expect(progress.operations <= 1003)
    }
    _ = shrinker.smallest(Self.marked(seed: 4), where: Self.holdsMarks)
    #expect(seen.count > 0)
  }

  /// Whatever the failure is: candidates become simpler, and each can be printed and read.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func candidatesAreSimplerAndReadable(_ seed: UInt64) throws {
    for scenario in [
      tableScenario(seed: seed, operations: 30), dmaScenario(seed: seed, operations: 30),
    ] {
      let candidates = Candidates(best: scenario, random: SplitMix(state: seed))
      let result = Shrinker().smallest(scenario, where: candidates.fails)
      #expect(result == candidates.best)
      #expect(candidates.notSimpler == 0)
      #expect(candidates.unreadable == [])
    }
  }

  /// Neither can go alone: what the first does, the second undoes.
  @Test func operationsThatUndoEachOtherGoTogether() {
    let kept: [Operation] = [.iovaToPhys(iova: 0), .iovaToPhys(iova: 1)]
    let undone: [Operation] = [.gather(0, queued: true), .gather(0, queued: false)]
    let scenario = Scenario(
      domain: tableScenario(seed: 1, operations: 0).domain,
      operations: [kept[0], undone[0], kept[1], undone[1]])
    let result = Shrinker().smallest(scenario) { candidate in
      let gathers = candidate.operations.filter { if case .gather = $0 { true } else { false } }
      let lookups = candidate.operations.filter { if case .iovaToPhys = $0 { true } else { false } }
      return gathers.count.isMultiple(of: 2) && lookups.count == 2
    }
    #expect(result.operations.count == 2)
  }
}

private final class Counter {
  var count = 0
}

/// A failure that comes and goes at random, and what was asked of it.
private final class Candidates {
  var best: Scenario
  var notSimpler = 0
  var unreadable: [String] = []
  private var random: SplitMix

  init(best: Scenario, random: SplitMix) {
    self.best = best
    self.random = random
  }

  func fails(_ candidate: Scenario) -> Bool {
    if Complexity(candidate) >= Complexity(best) { notSimpler += 1 }
    let text = candidate.text
    let read = try? readScenarios(bytes: Array(text.utf8), name: "candidate")
    if read?.map(\.scenario) != [candidate] { unreadable.append(text) }
    guard Int.random(in: 0..<4, using: &random) == 0 else { return false }
    best = candidate
    return true
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import SubjectABI
import Testing

/// What a review runs when no file says it.
@Suite struct ReviewScenariosTests {
  private static let idle = Narrowing([Narrowing.Party]())

  private func known() throws -> [Scenario] {
    try KernelHistory.changes.map { try $0.scenario }
  }

  @Test func whatIsKnownComesFirstWithoutItsRevision() throws {
    let known = try known()
    var scenarios = ReviewScenarios(seed: 1, known: known, narrowing: Self.idle)
    for scenario in known {
      var expected = scenario
      expected.domain.gather = nil
      #expect(scenarios.next() == expected)
    }
  }

  @Test func bothVersionsAndMutationsOfWhatIsKeptFollow() throws {
    let kept = try #require(try known().first { $0.dma == nil && !$0.operations.isEmpty })
    var scenarios = ReviewScenarios(seed: 1, known: [], narrowing: Self.idle)
    // A domain that no generator makes.
    var odd = kept
    odd.domain.va = 61
    scenarios.keep(odd)
    let made = (0..<600).compactMap { _ in scenarios.next() }
    #expect(made.contains { $0.domain.kernel == nil })
    #expect(made.contains { $0.domain.kernel == .linux7_3 })
    let mutated = made.filter { $0.domain.va == 61 }
    #expect(mutated.count > 20)
    #expect(mutated.contains { $0.operations != odd.operations })
  }

  @Test func equalSeedsGiveEqualScenarios() throws {
    let known = try known()
    var (one, other) = (
      ReviewScenarios(seed: 7, known: known, narrowing: Self.idle),
      ReviewScenarios(seed: 7, known: known, narrowing: Self.idle)
    )
    for _ in 0..<300 { #expect(one.next() == other.next()) }
  }

  @Test func whatSidesCannotDoIsPassedOver() throws {
    var plain = Capabilities.language
    plain.operations &= ~(1 << UInt64(IOPT_OP_DMA_MAP_SG_ATTRS.rawValue))
    var scenarios = ReviewScenarios(
      seed: 3, known: try known(),
      narrowing: Narrowing([.init(name: "some", capabilities: plain)]))
    for _ in 0..<600 {
      let operations = scenarios.next()?.operations ?? []
      #expect(
        !operations.contains { $0.lowered(pieces: nil).kind == IOPT_OP_DMA_MAP_SG_ATTRS.rawValue })
    }
  }
}

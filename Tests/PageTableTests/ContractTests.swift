// SPDX-License-Identifier: GPL-2.0-only
import Contract
import Lockstep
import Log
import Report
import ScenarioLanguage
import Testing

/// Each subject beside a model that knows nothing of page tables.
@Suite struct ContractTests {
  private static let scenarios: Int = {
    #if DEBUG
      return 60
    #else
      return 1000
    #endif
  }()

  /// Seeded scenarios whose operations meet, at each domain's edges.
  @Test(arguments: Case.all) func randomScenariosKeepTheContract(_ each: Case) {
    let run = ContractRun(each.subject)
    var generator = ScenarioGenerator(seed: 0xc0de)
    for number in 0..<Self.scenarios {
      let finding = run.run(generator.next(on: each.configuration.domain))
      #expect(finding == nil, "scenario \(number): \(finding?.report ?? "")")
      if finding != nil { return }
    }
    #expect(run.oracle.answers > Self.scenarios * 20)
    // The contract ends where an address uses the bit that encryption takes.
    let isEncrypted = each.configuration.domain.encryptionBit != nil
    #expect(isEncrypted || run.oracle.unspecified < run.oracle.answers / 2)
  }

  /// Every kind of configuration that can be opened, not the standard ones alone.
  @Test(arguments: [Subject.swift, .reference], [nil] + Kernel.allCases)
  func randomConfigurationsKeepTheContract(_ subject: Subject, _ kernel: Kernel?) {
    let run = ContractRun(subject)
    var generator = ScenarioGenerator(seed: 0x5eed, kernel: kernel)
    for _ in 0..<Self.scenarios * 4 {
      let scenario = generator.next()
      let finding = run.run(scenario)
      #expect(finding == nil, "\(scenario)")
      if finding != nil { return }
    }
    #expect(run.oracle.answers > 0)
  }

  /// Spaces that are narrower than one entry of their top: below it the walk decodes the bits that
  /// only repeat the sign, so that no two addresses are the same one.
  @Test(
    arguments: [Subject.swift, .reference],
    [(36, 3), (37, 3), (38, 3), (45, 4), (46, 4), (47, 4)] as [(UInt8, UInt32)])
  func signExtendedSpacesNarrowerThanATopEntry(_ subject: Subject, _ shape: (UInt8, UInt32)) {
    let domain = DomainConfiguration(
      format: .x8664, va: shape.0, oa: 52, features: [.signExtend, .flushRange], top: shape.1)
    let run = ContractRun(subject)
    let (half, rw): (UInt64, Protection) = (1 << UInt64(shape.0 - 1), [.read, .write])
    // The lowest address of each half, and both ends of the hole, which one bit too few lets in.
    let places = [0, half, half &* 2 &- 0x1000, 0 &- half, 0 &- half &* 2]
    let operations = places.enumerated().flatMap { index, iova -> [Operation] in
      let pa = UInt64(index + 1) << 21
      return [.map(iova: iova, pa: pa, length: 0x1000, prot: rw)]
        + places.map { .iovaToPhys(iova: $0) }
    }
    #expect(run.run(Scenario(domain: domain, operations: operations)) == nil)
    #expect(run.count(.signExtensionOneBitShort) > 3)
    var generator = ScenarioGenerator(seed: 0x5160)
    for _ in 0..<Self.scenarios {
      let scenario = generator.next(on: domain)
      let finding = run.run(scenario)
      #expect(finding == nil, "\(scenario.text)")
    }
  }

  /// Ranges of up to 1 GiB at random, laid over one another: what is in the way is unmapped as the
  /// model has it, and the range mapped again.
  @Test(arguments: Case.all) func randomRangesInEachOthersWay(_ each: Case) {
    var random = Random(seed: 7)
    let domain = each.configuration.domain
    let upper: UInt64? =
      domain.features.contains(.signExtend) ? 0 &- (1 << UInt64(domain.va - 1)) : nil
    var operations: [Operation] = []
    var placed = IntervalMap()
    for _ in 0..<Self.scenarios / 2 {
      let base = random.below(2) == 0 ? upper ?? 0 : 0
      let start = random.below(1 << 18) << 12
      let unit: UInt64 = random.below(3) == 0 ? 0x20_0000 : 0x1000
      let length = (1 + random.below(24)) * unit
      let (first, last) = (base &+ start, base &+ start &+ (length - 1))
      for old in placed.mappings where old.first <= last && old.last >= first {
        operations.append(.iovaToPhys(iova: old.last))
        operations.append(.unmap(iova: old.first, length: old.last - old.first + 1))
        placed.remove(old.first, old.last)
      }
      operations.append(.map(iova: first, pa: start, length: length, prot: [.read, .write]))
      placed.insert(IntervalMap.Mapping(first: first, last: last, pa: start))
    }
    let run = ContractRun(each.subject)
    #expect(run.run(Scenario(domain: domain, operations: operations)) == nil)
    // Nothing in it is beyond the contract.
    #expect(run.oracle.departures.isEmpty && run.oracle.unspecified == 0)
  }
}

/// One subject judged by the contract alone.
struct ContractRun {
  let oracle = ContractOracle()
  private let engine: Engine

  init(_ subject: Subject) { engine = Engine([Lane(subject)], [oracle]) }

  /// What is found in the scenario; nil when every answer keeps the contract.
  func run(_ scenario: Scenario) -> Finding? { engine.run(scenario) }

  func count(_ departure: KnownDeparture) -> Int {
    oracle.departures.first { $0.name == "\(departure)" }?.count ?? 0
  }
}

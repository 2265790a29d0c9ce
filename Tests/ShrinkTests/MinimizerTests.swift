// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Known faults, brought down from long scenarios to their core.
@Suite struct MinimizerTests {
  /// A thousand operations that meet each other, with strict and queued gathers.
  private static func longScenario(_ format: Format, seed: UInt64) -> Scenario {
    var random = SplitMix(state: seed)
    let features: Features = [.flushRange, .flushRangeNoGaps]
    let domain =
      switch format {
      case .riscv64: DomainConfiguration(format: format, va: 48, oa: 56, features: features)
      case .amdv1:
        DomainConfiguration(
          format: format, va: 64, oa: 52,
          features: features.union([
            .dynamicTop, .amdv1EncryptTables, .amdv1ForceCoherence,
          ]), top: 3)
      default: DomainConfiguration(format: format, va: 48, oa: 52, features: features, top: 3)
      }
    var debug = domain
    debug.build = .debug
    return Scenario(
      domain: debug, operations: (0..<1000).map { operation($0, &random) })
  }

  private static func operation(_ index: Int, _ random: inout SplitMix) -> Operation {
    let iova = UInt64.random(in: 0..<1 << 12, using: &random) << 12
    let length = UInt64.random(in: 1...16, using: &random) << 12
    let gather = UInt8.random(in: 0...3, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<5: return .map(iova: iova, pa: iova << 4, length: length, prot: [.read, .write])
    case 5: return .iovaToPhys(iova: iova)
    case 6: return .mapRange(iova: iova, pa: iova << 8, length: length, prot: .read)
    case 7 where index > 700: return .gather(gather, queued: .random(using: &random))
    case 8 where index > 950: return .iotlbSync(gather: gather)
    case 8... where index > 800: return .unmapFast(gather: gather, iova: iova, length: length)
    default: return .iovaToPhys(iova: iova)
    }
  }

  private static func minimizer(_ left: Lane, _ right: Lane) -> Minimizer {
    Minimizer(OracleChoice([.comparison]), [left, right])
  }

  /// What a thousand operations may take: a third of it is, a second in a release build.
  private static let candidates = 600
  /// Seconds that no machine needs.
  private static let enough = 1e6
  private static let older: [GatherRevision] = [.original, .alwaysAdd, .proposed]

  @Test(arguments: older, Format.allCases)
  func aThousandOperationsComeDownToAFew(_ revision: GatherRevision, _ format: Format) throws {
    let scenario = Self.longScenario(format, seed: 11)
    let left = Lane(.reference, gather: revision)
    let right = Lane(.reference)
    let before = try #require(
      Engine.comparing(left, right).run(scenario))
    let result = try #require(
      Self.minimizer(left, right).minimize(scenario))
    #expect(result.tests < Self.candidates)
    #expect(result.scenario.operations.count <= 6)
    #expect(result.signature == before.signature)
    let after = try #require(
      Engine.comparing(left, right).run(result.scenario))
    #expect(after.signature == before.signature)
  }

  /// Of the DMA layer: the first of a thousand operations each that shows the fault late. Always
  /// adding differs where one gather takes disjoint ranges, which that layer never does.
  @Test(arguments: [GatherRevision.original, .proposed], [Subject.swift, .reference])
  func aThousandOperationsOfTheDMALayerComeDownToAFew(
    _ revision: GatherRevision, _ subject: Subject
  ) throws {
    let (left, right) = (Lane(subject, gather: revision), Lane(subject, gather: .merged))
    let engine = Engine.comparing(left, right)
    var generator = ScenarioGenerator(seed: 7, layer: .dma, operations: 1000...1000)
    var found: (scenario: Scenario, signature: Signature)?
    for _ in 0..<60 where found == nil {
      let scenario = generator.next()
      guard let difference = engine.run(scenario), difference.place.operation ?? 0 > 100 else {
        continue
      }
      found = (scenario, difference.signature)
    }
    let before = try #require(found)
    let result = try #require(
      Self.minimizer(left, right).minimize(before.scenario))
    #expect(result.tests < Self.candidates)
    #expect(result.scenario.operations.count <= 6, "\(result.scenario.text)")
    #expect(result.signature == before.signature)
  }

  /// Scenarios in which dropping an operation makes an earlier one differ in another way.
  @Test(arguments: older)
  func shrinkingDoesNotSlipToAnotherDifference(_ revision: GatherRevision) throws {
    let (left, right) = (Lane(.reference, gather: revision), Lane(.reference))
    let engine = Engine.comparing(left, right)
    let minimizer = Self.minimizer(left, right)
    var signatures: Set<Signature> = []
    for seed in 0..<60 as Range<UInt64> {
      let scenario = Self.mixedScenario(seed: seed)
      guard let result = minimizer.minimize(scenario) else { continue }
      let after = engine.run(result.scenario)
      #expect(after?.signature == result.signature, "\(result.scenario.text)")
      signatures.insert(result.signature)
    }
    #expect(signatures.count > 1)
  }

  private static func mixedScenario(seed: UInt64) -> Scenario {
    var random = SplitMix(state: seed)
    let features: [Features] = [.flushRange, .flushRangeNoGaps, [.flushRange, .flushRangeNoGaps]]
    let domain = DomainConfiguration(
      format: .vtdss, va: 48, oa: 52, features: features.randomElement(using: &random)!, top: 3,
      build: .debug)
    let operations = (0..<40).map { _ in mixedOperation(&random) }
    return Scenario(domain: domain, operations: operations)
  }

  private static func mixedOperation(_ random: inout SplitMix) -> Operation {
    let iova = UInt64.random(in: 0..<8, using: &random) << 12
    let length = UInt64.random(in: 1...4, using: &random) << 12
    let gather = UInt8.random(in: 0...1, using: &random)
    switch Int.random(in: 0..<9, using: &random) {
    case 0, 1: return .map(iova: iova, pa: iova, length: length, prot: [.read, .write])
    case 2: return .unmap(iova: iova, length: length)
    case 3: return .setDirty(iova: iova)
    case 4: return .gather(gather, queued: true)
    case 5: return .gather(gather, queued: false)
    case 6: return .unmapFast(gather: gather, iova: iova, length: length)
    case 7: return .readAndClearDirty(gather: gather, iova: iova, length: length, keep: false)
    default: return .iotlbSync(gather: gather)
    }
  }

  @Test func theSameInputGivesTheSameOutput() throws {
    let scenario = Self.longScenario(.riscv64, seed: 3)
    let results = (0..<2).map { _ in
      Self.minimizer(Lane(.reference, gather: .original), Lane(.reference)).minimize(scenario)
    }
    #expect(results[0] != nil)
    #expect(results[0] == results[1])
  }

  @Test func lanesThatDoTheSameLeaveNothingToShrink() {
    let minimizer = Self.minimizer(Lane(.reference), Lane(.reference))
    #expect(minimizer.minimize(Self.longScenario(.vtdss, seed: 3)) == nil)
  }

  @Test func withoutTimeTheScenarioComesBackAsItWas() throws {
    let scenario = Self.longScenario(.x8664, seed: 3)
    let minimizer = Self.minimizer(Lane(.reference, gather: .original), Lane(.reference))
    #expect(minimizer.minimize(scenario, seconds: 0)?.scenario == scenario)
    let some = try #require(minimizer.minimize(scenario, seconds: Self.enough))
    #expect(some.scenario.operations.count <= 6)
  }

  /// The lanes that are handed over go on as they were: one of them is in the middle of something.
  @Test func theLanesThemselvesAreLeftAlone() throws {
    let (left, right) = (Lane(.reference, gather: .original), Lane(.reference))
    let engine = Engine.comparing(left, right)
    let scenario = Self.longScenario(.riscv64, seed: 5)
    let before = engine.run(scenario)
    _ = Self.minimizer(left, right).minimize(scenario)
    let after = engine.run(scenario)
    #expect(before != nil)
    #expect(before?.report == after?.report)
  }

  /// A breach of the contract by one subject alone: the first form of `gather_range_pages()` syncs
  /// nothing before an IOVA goes back.
  @Test(arguments: [Subject.swift, .reference])
  func aBreachOfTheContractShrinksToo(_ subject: Subject) throws {
    let lane = Lane(subject, gather: .original)
    let choice = OracleChoice([.contract])
    var generator = ScenarioGenerator(seed: 7, layer: .dma, operations: 40...60)
    let engine = choice.engine([lane])
    var broken: (Scenario, Finding)?
    for _ in 0..<400 where broken == nil {
      let scenario = generator.next()
      broken = engine.run(scenario).map { (scenario, $0) }
    }
    let (scenario, finding) = try #require(broken)
    let result = try #require(Minimizer(choice, [lane]).minimize(scenario))
    #expect(result.signature == finding.signature)
    #expect(result.signature.oracle == .contract)
    #expect(result.scenario.operations.count <= 3, "\(result.scenario.text)")
  }
}

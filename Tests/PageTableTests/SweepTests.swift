// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import ScenarioLanguage
import Testing

/// The sweeps of `iopt sweep`, smaller.
@Suite struct SweepTests {
  @Test(arguments: StandardConfigurations.all + StandardConfigurations.all(of: .linux7_3))
  func allPairsAtTheBoundariesAgree(_ configuration: NamedConfiguration) {
    let sweep = ExhaustiveSweep(
      .comparing(Lane(.swift), Lane(.reference)), [configuration])
    var found: Scenario?
    sweep.onDivergence = { found = found ?? $0 }
    #expect(sweep.sweep(depth: 2))
    #expect(found == nil)
    #expect(sweep.tally.sequences > 300 && sweep.tally.divergences == 0)
  }

  /// Two revisions that differ are seen to differ, in a sequence as short as there is.
  @Test func anExhaustiveSweepFindsWhatDiffers() throws {
    let sweep = ExhaustiveSweep(
      .comparing(Lane(.reference), Lane(.reference, gather: .original)),
      StandardConfigurations.all)
    var found: [Scenario] = []
    sweep.onDivergence = { found.append($0) }
    #expect(sweep.sweep(depth: 2))
    #expect(found.count == sweep.tally.divergences)
    #expect(try #require(found.first).operations.count == 1)
    #expect(Set(found.map(\.text)).count == found.count, "no sequence is run twice")
  }

  /// Every sequence once: so many as there are ways to choose.
  @Test func sequencesAreCountedOnce() throws {
    // A debug build does not crash, so that no sequence ends early.
    let configuration = StandardConfigurations.kernelUnitTests[1]
    let operations = BoundaryOperations(
      configuration.domain, try DirectDomain(.swift, configuration.domain).info
    ).operations.count
    let sweep = ExhaustiveSweep(
      .comparing(Lane(.swift), Lane(.reference)), [configuration])
    #expect(sweep.sweep(depth: 2))
    #expect(sweep.tally.sequences == operations + operations * operations)
    #expect(sweep.tally.depth == 2)
  }

  @Test func aSweepStopsWhenItIsTold() {
    let sweep = ExhaustiveSweep(
      .comparing(Lane(.swift), Lane(.reference)), StandardConfigurations.all)
    sweep.shouldStop = { $0.sequences > 100 }
    #expect(!sweep.sweep(depth: 16))
    #expect(sweep.tally.depth < 2)
  }

  @Test(arguments: StandardConfigurations.all + StandardConfigurations.all(of: .linux7_2))
  func everyAllocationMayFail(_ configuration: NamedConfiguration) {
    let sweep = AllocationSweep(left: Lane(.swift), right: Lane(.reference))
    var faults: [AllocationSweep.Fault] = []
    sweep.onFault = { faults.append($0) }
    sweep.limit = 40
    var generator = ScenarioGenerator(seed: 3, operations: 4...12)
    for _ in 0..<6 { sweep.sweep(generator.next(on: configuration.domain)) }
    #expect(faults.isEmpty)
    #expect(sweep.tally.scenarios == 6 && sweep.tally.failures > 6)
  }

  /// Three tables for the first page, one more for the page across the boundary, and the top.
  @Test func everyAllocationFailsOnce() {
    let sweep = AllocationSweep(left: Lane(.swift), right: Lane(.reference))
    sweep.sweep(
      Scenario(
        domain: DomainConfiguration(format: .riscv64, va: 39, oa: 56),
        operations: [
          .failAlloc(countdown: 1),
          .map(iova: 0x1f_f000, pa: 0x1000, length: 0x2000, prot: [.read]),
          .unmap(iova: 0x1f_f000, length: 0x2000),
          .map(iova: 0, pa: 0x1000, length: 0x1000, prot: [.read]),
        ]))
    #expect(sweep.tally.failures == 4 && sweep.tally.unwound == 3 && sweep.tally.faults == 0)
  }

  /// A domain whose set-up crashes has allocated its top: the next one starts from nothing.
  @Test func aDomainThatCannotBeOpenedLeavesNothingBehind() {
    let sweep = AllocationSweep(left: Lane(.swift), right: Lane(.reference))
    var faults: [AllocationSweep.Fault] = []
    sweep.onFault = { faults.append($0) }
    let dma = DMAConfiguration(
      queue: .perCPU, cpus: 1, ringSize: 8, timeout: 10, mode: .strict, limit: .max)
    var domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56, pageSizes: 0x20_0000)
    let map = Operation.map(iova: 0, pa: 0, length: 0x1000, prot: [.read])
    sweep.sweep(Scenario(domain: domain, dma: dma, operations: [map]))
    #expect(sweep.tally.failures == 0)
    domain.pageSizes = nil
    sweep.sweep(Scenario(domain: domain, dma: dma, operations: [map]))
    #expect(faults.isEmpty && sweep.tally.failures == 3)
  }

  /// The mappings that drivers make, two-step ones among them, and magazines that fail.
  @Test(arguments: Kernel.allCases) func everyAllocationOfTheLayerMayFail(_ kernel: Kernel) {
    let sweep = AllocationSweep(left: Lane(.swift), right: Lane(.reference))
    var faults: [AllocationSweep.Fault] = []
    sweep.onFault = { faults.append($0) }
    sweep.limit = 40
    var generator = ScenarioGenerator(
      seed: 8, layer: .dma, kernel: kernel, operations: 8...24)
    for _ in 0..<40 { sweep.sweep(generator.next()) }
    #expect(faults.isEmpty, "\(faults)")
    #expect(sweep.tally.failures > 100)
  }

  @Test func debugBuildsOfANewerReleaseAreSweptWithWhatItKnowsMore() {
    let newer = StandardConfigurations.all(of: .linux7_2).map(\.domain)
    #expect(newer.allSatisfy { $0.kernel == .linux7_2 })
    for domain in newer where domain.build == .debug || domain.format == .riscv64 {
      #expect(domain.features.contains(.detailedGather))
      #expect(
        domain.features.contains(.riscvSvpbmt)
          == (domain.format == .riscv64 && domain.build == .debug))
    }
    let older = StandardConfigurations.all(of: .linux7_1).map(\.domain.features)
    #expect(older == StandardConfigurations.all.map(\.domain.features))
  }

  @Test func anAllocationSweepFindsWhatDiffers() {
    let sweep = AllocationSweep(
      left: Lane(.reference), right: Lane(.reference, gather: .original))
    var faults: [AllocationSweep.Fault] = []
    sweep.onFault = { faults.append($0) }
    let scenario = Scenario(
      domain: DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: []),
      operations: [
        .map(iova: 0, pa: 0x1000, length: 0x1000, prot: [.read]), .unmap(iova: 0, length: 0x1000),
      ])
    sweep.sweep(scenario)
    #expect(faults == [.differs(scenario)])
  }

  /// The older revisions leave the range out of a map's or unmap's own gather, which then forgets
  /// the tables on it: counted, and no fault. The later ones lose nothing.
  @Test(arguments: [GatherRevision.original, .proposed, .merged, .alwaysAdd])
  func tablesThatAnOlderGatherForgetsAreCounted(_ revision: GatherRevision) {
    let isOlder = revision == .original || revision == .proposed
    let readWrite: Protection = [.read, .write]
    // What unwinds here empties a table; with a flush feature also two tables apart are replaced.
    for features in [[], [.flushRangeNoGaps], [.flushRange, .flushRangeNoGaps]] as [Features] {
      let sweep = AllocationSweep(left: Lane(.swift), right: Lane(.reference))
      var faults: [AllocationSweep.Fault] = []
      sweep.onFault = { faults.append($0) }
      sweep.sweep(
        Scenario(
          domain: DomainConfiguration(
            format: .x8664, va: 48, oa: 52, features: features, top: 3, gather: revision),
          operations: [
            .map(iova: 0, pa: 0, length: 0x1000, prot: readWrite),
            .unmap(iova: 0, length: 0x1000),
            .map(iova: 0x40_0000, pa: 0, length: 0x1000, prot: readWrite),
            .unmap(iova: 0x40_0000, length: 0x1000),
            .map(iova: 0, pa: 0, length: 0x60_0000, prot: readWrite),
            .map(iova: 0x7fe0_0000, pa: 0, length: 0x40_0000, prot: readWrite),
          ]))
      #expect(faults.isEmpty, "\(faults)")
      #expect((sweep.tally.forgotten > 0) == isOlder, "\(features)")
    }
    let sweep = AllocationSweep(
      left: Lane(.swift, gather: revision), right: Lane(.reference, gather: revision))
    sweep.sweep(
      Scenario(
        domain: DomainConfiguration(format: .riscv64, va: 39, oa: 56, features: []),
        operations: [
          .map(iova: 0x1f_f000, pa: 0, length: 0x20_1000, prot: readWrite),
          .unmap(iova: 0x1f_f000, length: 0x20_1000),
          .map(iova: 0x3fe0_0000, pa: 0, length: 0x40_1000, prot: readWrite),
        ]))
    #expect(sweep.tally.faults == 0 && sweep.tally.unwound > 0)
    #expect((sweep.tally.forgotten > 0) == isOlder)
  }

  private static let formats: [Format] = {
    #if DEBUG
      return [.riscv64]
    #else
      return Format.allCases
    #endif
  }()

  /// Version 1, and a release that knows more features.
  @Test(arguments: formats, [nil, Kernel.linux7_3])
  func configurationsAreTakenAndRefusedAlike(_ format: Format, _ kernel: Kernel?) {
    let sweep = ConfigurationSweep(left: Lane(.swift), right: Lane(.reference), kernel: kernel)
    var found: Scenario?
    sweep.onDivergence = { found = found ?? $0 }
    sweep.sweep(format, .corners)
    #expect(found == nil)
    #expect(sweep.tally.configurations > 10_000 && sweep.tally.accepted > 100)
  }
}

extension Scenario {
  var text: String {
    var buffer = TextBuffer()
    buffer.append(self)
    return buffer.string
  }
}

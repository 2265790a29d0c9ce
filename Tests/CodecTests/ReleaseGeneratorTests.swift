// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

/// What the generator makes in version 2 of the language.
@Suite struct ReleaseGeneratorTests {
  private func scenarios(
    _ kernel: Kernel, _ count: Int, layer: ScenarioGenerator.Layer = .both
  ) -> [Scenario] {
    var generator = ScenarioGenerator(seed: 21, layer: layer, kernel: kernel)
    return (0..<count).map { _ in generator.next() }
  }

  @Test(arguments: Kernel.allCases)
  func itsScenariosSayWhatOnlyVersion2CanSay(_ kernel: Kernel) {
    let made = scenarios(kernel, 1200)
    #expect(made.allSatisfy { $0.domain.kernel == kernel })
    let features = made.reduce(into: Features()) { $0.formUnion($1.domain.features) }
    #expect(features.isSuperset(of: .sinceLinux7_2) == (kernel >= .linux7_2))
    #expect(made.contains { $0.domain.hasSyncMap } && made.contains { !$0.domain.hasSyncMap })
    let lines = made.compactMap(\.dma)
    #expect(Set(lines.map(\.magazine)) == [nil, 1, 2, 3, 8])
    #expect(lines.contains { $0.failMagazine != nil })

    let lowered = made.flatMap(\.operations).map { ($0, $0.lowered(pieces: nil)) }
    let kinds = Set(lowered.map(\.1.kind))
    #expect(kinds.isSuperset(of: IOPT_OP_KINDS.rawValue..<IOPT_OP_KINDS_2.rawValue))
    #expect(kinds.isDisjoint(with: IOPT_OP_DMA_MAP.rawValue...IOPT_OP_DMA_UNMAP.rawValue))
    #expect(Set(lowered.map(\.1.attrs)) == Set(0..<8))
    let limited = Set(lowered.filter { $0.1.has_limit == 1 }.map(\.1.kind))
    let limits = [IOPT_OP_DMA_MAP_PHYS, IOPT_OP_DMA_MAP_SG_ATTRS, IOPT_OP_DMA_IOVA_ALLOC]
    #expect(limited == Set(limits.map(\.rawValue)))
    #expect(lowered.contains { $0.0.pieces?.first?.length == 0 })
    #expect(lowered.contains { $0.0.pieces?.dropFirst().last?.length == 0 })
  }

  @Test func someNameADriverNaturalOrNot() {
    let made = scenarios(.linux7_3, 1200).map(\.domain)
    let drivers = made.compactMap { domain in domain.driver.map { (domain.format, $0) } }
    #expect(drivers.count > 240 && drivers.count < 360)
    #expect(Set(drivers.map(\.1.kind)) == Set(DriverName.allCases))
    #expect(drivers.contains { $0.1.hasATS } && drivers.contains { $0.1.largestMask != nil })
    let riscv = drivers.filter { $0.0 == .riscv64 }.map(\.1.kind)
    let own = riscv.filter { $0.rawValue <= DriverName.riscvNonLeafRanges.rawValue }
    #expect(own.count > riscv.count / 2 && own.count < riscv.count)
    var version1 = ScenarioGenerator(seed: 21, layer: .both)
    #expect((0..<200).allSatisfy { _ in version1.next().domain.driver == nil })
  }

  @Test func mostProductionDomainsAskForWhatTheirBuildTakes() {
    let riscv = scenarios(.linux7_3, 2000).map(\.domain)
      .filter { $0.format == .riscv64 && $0.build == .production }
    let usual = riscv.filter { $0.features.isDisjoint(with: .riscvSvpbmt) }
      .filter { $0.features.contains(.detailedGather) }
    #expect(usual.count > riscv.count * 9 / 10 && usual.count < riscv.count)
  }

  @Test func linksLieInRangesThatWereAskedFor() {
    var links = 0
    var fitting = 0
    for scenario in scenarios(.linux7_3, 300, layer: .dma) {
      var ranges: [UInt16: UInt64] = [:]
      for operation in scenario.operations {
        switch operation {
        case .dmaIOVAAlloc(let handle, let pa, let length, _, _):
          #expect(ranges.updateValue(length &+ (pa & 0xfff), forKey: handle) == nil)
        case .dmaIOVALink(let handle, let offset, let pa, let length, _, _):
          links += 1
          let fits = ranges[handle].map { offset + length + (offset == 0 ? pa & 0xfff : 0) <= $0 }
          if fits == true { fitting += 1 }
        default: break
        }
      }
    }
    #expect(links > 300 && fitting > links * 9 / 10 && fitting < links)
  }

  @Test func aSubjectOfVersion1IsAskedInItsOwnWords() {
    let party = Narrowing.Party(name: "old", capabilities: .version1)
    var generator = ScenarioGenerator(
      seed: 5, layer: .both, kernel: .linux7_3, narrowing: Narrowing([party]))
    let made = (0..<200).compactMap { _ in generator.nextFitting() }
    #expect(made.count == 200 && made.allSatisfy { $0.domain.version == 1 })
    #expect(made.allSatisfy { $0.domain.driver == nil })
    let kinds = Set(made.flatMap(\.operations).map(\.kind.rawValue))
    #expect(kinds.isSuperset(of: IOPT_OP_DMA_MAP.rawValue...IOPT_OP_DMA_UNMAP.rawValue))
    #expect(kinds.allSatisfy { $0 < IOPT_OP_KINDS.rawValue })
    #expect(made.allSatisfy { Capabilities.version1.firstUnmet($0.domain, $0.dma) == nil })
    #expect(generator.narrowing!.lines().contains("200 scenarios changed: old lacks kernel=7.3"))

    var narrowing = Narrowing([party])
    let buffers = scenarios(.linux7_2, 50, layer: .dma)
    let fitted = buffers.compactMap { narrowing.narrowed($0) }
    #expect(fitted.count == 50 && fitted.allSatisfy { $0.domain.version == 1 })
    let maps = fitted.flatMap(\.operations).count { $0.kind == IOPT_OP_DMA_MAP }
    let before = buffers.flatMap(\.operations).count { $0.kind == IOPT_OP_DMA_MAP_PHYS }
    #expect(maps == before && maps > 100)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// What becomes of addresses, lengths, modes and the domain.
@Suite struct ShrinkFieldsTests {
  private let domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56)

  private func shrink(
    _ operations: [Operation], dma: DMAConfiguration? = nil,
    where fails: @escaping (Scenario) -> Bool
  ) -> [Operation] {
    let scenario = Scenario(domain: domain, dma: dma, operations: operations)
    return Shrinker().smallest(scenario, where: fails).operations
  }

  @Test func anAddressGoesDownToWhatTheFailureNeeds() {
    let result = shrink([.iovaToPhys(iova: 0x3f_ffff_f000)]) {
      guard case .iovaToPhys(let iova)? = $0.operations.first else { return false }
      return iova >= 0x1234_5000
    }
    #expect(result == [.iovaToPhys(iova: 0x1234_5000)])
  }

  @Test func pageAlignmentStays() {
    let result = shrink([.iovaToPhys(iova: 0x20_0000)]) {
      guard case .iovaToPhys(let iova)? = $0.operations.first else { return false }
      return iova > 1
    }
    #expect(result == [.iovaToPhys(iova: 0x1000)])
  }

  @Test func aDriverGoesWhereItDoesNotMatterAndKeepsTheOptionsThatDo() {
    var domain = domain
    domain.kernel = .linux7_3
    domain.driver = DriverChoice(.vtd, largestMask: 9, hasATS: true)
    let scenario = Scenario(domain: domain, operations: [.iovaToPhys(iova: 0)])
    let any = Shrinker().smallest(scenario) { _ in true }
    #expect(any.domain.driver == nil)
    let vtd = Shrinker().smallest(scenario) { $0.domain.driver?.kind == .vtd }
    #expect(vtd.domain.driver == DriverChoice(.vtd))
    let masked = Shrinker().smallest(scenario) { $0.domain.driver?.largestMask == 9 }
    #expect(masked.domain.driver == DriverChoice(.vtd, largestMask: 9))
    let devices = Shrinker().smallest(scenario) { $0.domain.driver?.hasATS == true }
    #expect(devices.domain.driver == DriverChoice(.vtd, hasATS: true))
  }

  @Test func equalAddressesStayEqual() {
    let result = shrink([
      .map(iova: 0x7f_0000_3000, pa: 0x8_0000_0000, length: 0x8000, prot: [.read, .write]),
      .unmap(iova: 0x7f_0000_3000, length: 0x8000),
    ]) {
      guard $0.operations.count == 2,
        case .map(let iova, _, let length, let prot) = $0.operations[0],
        case .unmap(let other, let otherLength) = $0.operations[1]
      else { return false }
      return iova == other && length == otherLength && prot.contains(.write)
    }
    #expect(
      result == [
        .map(iova: 0, pa: 0, length: 0x1000, prot: .write), .unmap(iova: 0, length: 0x1000),
      ])
  }

  @Test func distancesShrinkWithoutMixingUpTheOrder() {
    let result = shrink([
      .setDirty(iova: 0x5_0000_0000), .setDirty(iova: 0x5_0040_0000),
      .setDirty(iova: 0x6_0000_0000),
    ]) {
      let iovas = $0.operations.compactMap { operation -> UInt64? in
        guard case .setDirty(let iova) = operation else { return nil }
        return iova
      }
      return iovas.count == 3 && iovas[1] >= iovas[0] + 0x3000 && iovas[2] >= iovas[1] + 0x20_0000
    }
    #expect(
      result == [.setDirty(iova: 0), .setDirty(iova: 0x3000), .setDirty(iova: 0x20_3000)])
  }

  @Test func addressesThatDependOnEachOtherMoveTogether() {
    let result = shrink([
      .map(iova: 0x5_0000_0000, pa: 0x9_0000_7000, length: 0x1000, prot: []),
      .map(iova: 0x5_0000_3000, pa: 0x9_0000_0000, length: 0x1000, prot: []),
    ]) {
      guard $0.operations.count == 2, case .map(let one, let pa, _, _) = $0.operations[0],
        case .map(let two, let base, _, _) = $0.operations[1]
      else { return false }
      return two == one + 0x3000 && pa == base + 0x7000
    }
    #expect(
      result == [
        .map(iova: 0, pa: 0x7000, length: 0x1000, prot: []),
        .map(iova: 0x3000, pa: 0, length: 0x1000, prot: []),
      ])
  }

  @Test func gathersAndFlagsBecomePlain() {
    let result = shrink([
      .gather(3, queued: true), .unmapFast(gather: 3, iova: 0, length: 0x1000),
      .readAndClearDirty(gather: 2, iova: 0, length: 0x1000, keep: true),
    ]) { $0.operations.count == 3 }
    #expect(
      result == [
        .gather(0, queued: false), .unmapFast(gather: 0, iova: 0, length: 0x1000),
        .readAndClearDirty(gather: 0, iova: 0, length: 0x1000, keep: false),
      ])
  }

  private let dma = DMAConfiguration(
    queue: .single, cpus: 8, ringSize: 256, timeout: 10, mode: .flushQueue, limit: 0xffff_ffff,
    pci32: true)

  @Test func handlesAreNumberedFromZeroAndCPUsToo() {
    let result = shrink(
      [
        .dmaMap(handle: 900, pa: 0x1234, length: 0x10, direction: .fromDevice, cpu: 5),
        .dmaMap(handle: 77, pa: 0x5000, length: 0x9000, direction: .toDevice, cpu: 3),
        .dmaUnmap(handle: 900, cpu: 4),
      ], dma: dma
    ) {
      guard $0.operations.count == 3, case .dmaMap(let one, _, _, _, _) = $0.operations[0],
        case .dmaMap(let two, _, _, _, _) = $0.operations[1],
        case .dmaUnmap(let three, let cpu) = $0.operations[2]
      else { return false }
      return one == three && one != two && cpu > 0
    }
    #expect(
      result == [
        .dmaMap(handle: 0, pa: 0, length: 0x10, direction: .bidirectional, cpu: 0),
        .dmaMap(handle: 1, pa: 0, length: 0x1000, direction: .bidirectional, cpu: 0),
        .dmaUnmap(handle: 0, cpu: 1),
      ])
  }

  @Test func piecesAreDroppedAndAListOfOneIsOneBuffer() {
    let pieces = (1...6).map { ScatterPiece(pa: $0 << 24, length: $0 << 12) }
    let list = Operation.dmaMapSG(handle: 4, direction: .toDevice, pieces: pieces, cpu: 1)
    let two = shrink([list], dma: dma) {
      guard case .dmaMapSG(_, _, let pieces, _)? = $0.operations.first else { return false }
      return pieces.count >= 2 && pieces.contains { $0.length >= 0x3000 }
    }
    let kept = [ScatterPiece(pa: 0, length: 0x1000), ScatterPiece(pa: 0, length: 0x3000)]
    #expect(two == [.dmaMapSG(handle: 0, direction: .bidirectional, pieces: kept, cpu: 0)])
    let plain = shrink([list], dma: dma) {
      guard case .dmaMapSG? = $0.operations.first else { return false }
      return true
    }
    let piece = ScatterPiece(pa: 0, length: 0x1000)
    #expect(plain == [.dmaMapSG(handle: 0, direction: .bidirectional, pieces: [piece], cpu: 0)])
    let one = shrink([list], dma: dma) { $0.operations.count == 1 }
    #expect(
      one == [.dmaMap(handle: 0, pa: 0, length: 0x1000, direction: .bidirectional, cpu: 0)])
  }

  /// Of each kind of mapping that drivers make: what the failure does not need goes, what it needs stays.
  @Test func attributesDirectionsAndLimitsGoWhereTheyDoNotMatter() {
    let operations: [Operation] = [
      .dmaMapPhys(
        handle: 0, pa: 0, length: 0x1000, direction: .fromDevice,
        attributes: [.mmio, .requireCoherent, .privileged], limit: 0xffff, cpu: 0),
      .dmaMapPhys(
        handle: 1, pa: 0, length: 0x1000, direction: .toDevice, attributes: .mmio, limit: 0xff,
        cpu: 0),
      .dmaMapSGAttrs(
        handle: 2, direction: .toDevice,
        pieces: [
          ScatterPiece(pa: 0, length: 0x1000), ScatterPiece(pa: 0x2000, length: 0x1000),
          ScatterPiece(pa: 0x4000, length: 0x1000),
        ], limit: 0xffff, cpu: 0),
      .dmaIOVAAlloc(handle: 3, pa: 0, length: 0x1000, limit: 0xffff, cpu: 0),
      .dmaIOVALink(
        handle: 3, offset: 0, pa: 0, length: 0x1000, direction: .fromDevice,
        attributes: [.mmio, .privileged]),
    ]
    let kinds = operations.map(\.kind)
    let result = shrink(operations) { scenario in
      guard scenario.operations.map(\.kind) == kinds else { return false }
      let kept = scenario.operations.map { $0.lowered(pieces: nil) }
      let attributes = DMAAttributes(rawValue: kept[0].attrs)
      return attributes.contains(.requireCoherent) && kept[1].has_limit == 1
        && kept[1].dir == DMADirection.toDevice.rawValue && kept[2].piece_count == 2
    }
    let plain: [Operation] = [
      .dmaMapPhys(
        handle: 0, pa: 0, length: 0x1000, direction: .bidirectional,
        attributes: .requireCoherent, limit: nil, cpu: 0),
      .dmaMapPhys(
        handle: 0, pa: 0, length: 0x1000, direction: .toDevice, attributes: [], limit: 0, cpu: 0),
      .dmaMapSGAttrs(
        handle: 0, direction: .bidirectional,
        pieces: [ScatterPiece(pa: 0, length: 0x1000), ScatterPiece(pa: 0, length: 0x1000)],
        limit: nil, cpu: 0),
      .dmaIOVAAlloc(handle: 0, pa: 0, length: 0x1000, limit: nil, cpu: 0),
      .dmaIOVALink(
        handle: 0, offset: 0, pa: 0, length: 0x1000, direction: .bidirectional, attributes: []),
    ]
    #expect(result == plain)
  }

  @Test func theDMALineBecomesPlainAndGoesWhenNothingNeedsIt() {
    let scenario = Scenario(
      domain: domain, dma: dma, operations: [.relax(cpu: 2), .iovaToPhys(iova: 0)])
    let needed = Shrinker().smallest(scenario) {
      guard case .relax(let cpu)? = $0.operations.first else { return false }
      return cpu == 2
    }
    let plain = DMAConfiguration(
      queue: .perCPU, cpus: 3, ringSize: 2, timeout: 0, mode: .strict, limit: .max)
    #expect(needed.dma == plain)
    #expect(needed.operations == [.relax(cpu: 2)])
    let unneeded = Shrinker().smallest(scenario) {
      $0.operations.last == .iovaToPhys(iova: 0)
    }
    #expect(unneeded.dma == nil)
  }

  @Test func theDomainKeepsWhatTheFailureNeeds() {
    let scenario = tableScenario(seed: 1, operations: 0)
    let result = Shrinker().smallest(scenario) {
      $0.domain.features.contains(.flushRange) && $0.domain.gather == .original
        && $0.domain.va == 57
    }
    let expected = DomainConfiguration(
      format: .amdv1, va: 57, oa: 52, features: .flushRange, top: 2, gather: .original)
    #expect(result.domain == expected)
  }

  /// A large mapping whose address loses its alignment is slow to run: millions of small pages.
  @Test func alignmentIsKeptWhereLosingItCostsTooMuch() {
    let size: UInt64 = 1 << 34
    let scenario = Scenario(
      domain: DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3),
      operations: [.map(iova: 4 * size, pa: 2 * size, length: size, prot: .read)])
    func addresses(_ scenario: Scenario) -> [UInt64] {
      guard case .map(let iova, let pa, _, _) = scenario.operations.first else { return [] }
      return [iova, pa]
    }
    var candidates: [UInt64] = []
    let result = Shrinker().smallest(scenario) { candidate in
      candidates += addresses(candidate)
      guard case .map(let iova, let pa, size, _) = candidate.operations.first else { return false }
      return iova != 0 && pa != 0
    }
    #expect(!candidates.isEmpty)
    #expect(candidates.allSatisfy { $0.isMultiple(of: 1 << 21) })
    #expect(addresses(result) == [1 << 30, 1 << 30] || addresses(result) == [1 << 21, 1 << 21])
  }
}

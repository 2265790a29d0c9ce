// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// Mutation inserts rows of operations on one thing, so that what the first leaves shows in the last.
@Suite struct LifeTests {
  private static let dma = DMAConfiguration(
    queue: .perCPU, cpus: 2, ringSize: 4, timeout: 10, mode: .strict, limit: .max)

  @Test func ofARangeOfTwoSteps() {
    let wanted = ["dmaIOVAAlloc", "dmaIOVALink", "dmaIOVASync", "dmaIOVAUnlink"]
    #expect(count(wanted, kernel: .linux7_3, dma: Self.dma) > 8)
  }

  @Test(arguments: [nil, Kernel.linux7_3])
  func ofABufferBesideAReservation(_ kernel: Kernel?) {
    let (map, unmap) =
      kernel == nil ? ("dmaMap", "dmaUnmap") : ("dmaMapPhys", "dmaUnmapPhysOrSG")
    #expect(count([map, "reserve", unmap, map], kernel: kernel, dma: Self.dma) > 8)
    #expect(count([map, unmap, map, unmap], kernel: kernel, dma: Self.dma) > 8)
  }

  @Test func ofAMappingThatIsWrittenToAndOfAGather() {
    let dirty = ["map", "setDirty", "readAndClearDirty"]
    #expect(count(dirty, kernel: nil, dma: nil) > 8)
    let gather = ["map", "gather", "iotlbSync", "unmapFast", "iotlbSync"]
    #expect(count(gather, kernel: nil, dma: nil) > 8)
    let twice = ["map", "gather", "unmapFast", "iotlbSync", "unmapFast", "iotlbSync"]
    #expect(count(twice, kernel: nil, dma: nil) > 8)
  }

  /// A reservation ends where a buffer that was mapped first begins.
  @Test func theReservationLiesRightBelowTheBuffer() {
    var beside = 0
    for seed in 0..<6000 as Range<UInt64> {
      let operations = mutated(kernel: nil, dma: Self.dma, seed: seed)
      for (index, operation) in operations.enumerated().dropFirst() {
        guard case .reserve(let iova, let length) = operation,
          case .dmaMap(_, _, let size, _, _) = operations[index - 1]
        else { continue }
        // From the end of a space of 39 bits, or of its lower half, or from 4 GiB.
        let end = iova &+ length &+ size
        if [1 << 39, 1 << 38, 1 << 32, 0].contains(end) { beside += 1 }
      }
    }
    #expect(beside > 8)
  }

  /// What is unmapped then had leaves on both sides of a table's last one, or up to it.
  @Test func aMappingReachesTheEndOfATable() {
    let count = (0..<6000 as Range<UInt64>).count { seed in
      let operations = mutated(kernel: nil, dma: nil, seed: seed)
      return zip(operations, operations.dropFirst()).contains { map, unmap in
        guard case .map(let iova, _, let length, _) = map else { return false }
        let last = iova &+ length &- 1
        guard length >= 0x2000, length <= 0x80000, last > iova else { return false }
        guard (last &+ 1) >> 21 > iova >> 21 else { return false }
        return switch unmap {
        case .unmap(iova, length), .unmapFast(_, iova, length): true
        default: false
        }
      }
    }
    #expect(count > 60)
  }

  @Test func memoryAtTheEncryptionBitIsMappedInTheDebugBuild() {
    let count = (0..<6000 as Range<UInt64>).count { seed in
      var buffer: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 512)
      let size = buffer.withUnsafeMutableBufferPointer { mutateInput($0, size: 16, seed: seed) }
      let scenario = decode(Array(buffer[..<size]))
      guard scenario.domain.build == .debug, let bit = scenario.domain.encryptionBit else {
        return false
      }
      return scenario.operations.contains { operation in
        if case .map(_, let pa, _, _) = operation { pa >> UInt64(bit) & 1 != 0 } else { false }
      }
    }
    #expect(count > 8)
  }

  /// Two leaves of AMDv1, of which the second is so large that the encryption bit is a part of its size,
  /// are unmapped together.
  @Test func aLeafThatTheEncryptionBitMakesLargerIsUnmapped() {
    let count = (0..<6000 as Range<UInt64>).count { seed in
      var buffer: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 512)
      let size = buffer.withUnsafeMutableBufferPointer { mutateInput($0, size: 16, seed: seed) }
      let scenario = decode(Array(buffer[..<size]))
      guard scenario.domain.encryptionBit == 36, scenario.domain.format == .amdv1 else {
        return false
      }
      return zip(scenario.operations, scenario.operations.dropFirst()).contains { map, unmap in
        guard case .map(let iova, let pa, let length, _) = map, length == 1 << 37,
          pa >> 37 & 1 == 1, case .unmap(let first, let all) = unmap
        else { return false }
        return first < iova && first &+ all == iova &+ length
      }
    }
    #expect(count > 8)
  }

  /// Four buffers of a size are more than two magazines of one IOVA keep; they are unmapped.
  @Test func depotsOfSeveralSizesFill() {
    let count = (0..<6000 as Range<UInt64>).count { seed in
      let scenario = mutatedScenario(kernel: .linux7_3, dma: Self.dma, seed: seed)
      guard let magazine = scenario.dma?.magazine, magazine <= 2 else { return false }
      let lengths = scenario.operations.map { operation in
        // What is at 0 is not unmapped, but warned of.
        if case .dmaMapPhys(_, let pa, let length, _, _, _, _) = operation, pa > 0 {
          length
        } else {
          UInt64(0)
        }
      }
      let sizes = Set(lengths).filter { size in
        size > 0 && lengths.count { $0 == size } >= 4
      }
      return sizes.count >= 2
    }
    #expect(count > 8)
  }

  /// The last piece may be one that is empty.
  @Test(arguments: [nil, Kernel.linux7_3])
  func aListWithEmptyPiecesIsMappedAndUnmapped(_ kernel: Kernel?) {
    var (inside, atEnd) = (0, 0)
    for seed in 0..<6000 as Range<UInt64> {
      let operations = mutated(kernel: kernel, dma: Self.dma, seed: seed)
      for (map, unmap) in zip(operations, operations.dropFirst()) {
        let lengths: [UInt64]
        switch (map, unmap) {
        case (.dmaMapSG(let handle, _, let pieces, _), .dmaUnmap(let other, _))
        where handle == other:
          lengths = pieces.map(\.length)
        case (.dmaMapSGAttrs(let handle, _, let pieces, _, _), .dmaUnmapPhysOrSG(let other, _))
        where handle == other:
          lengths = pieces.map(\.length)
        default: continue
        }
        if lengths.dropLast().contains(0) { inside += 1 }
        if lengths.last == 0 { atEnd += 1 }
      }
    }
    #expect(inside > 8 && atEnd > 8)
  }

  /// None, or fewer pages than there are, or more.
  @Test func aRangeIsGivenUpByAnotherLength() {
    var lengths: [UInt64: Int] = [:]
    for seed in 0..<6000 as Range<UInt64> {
      for operation in mutated(kernel: .linux7_3, dma: Self.dma, seed: seed) {
        if case .dmaIOVADestroy(_, let length, _) = operation { lengths[length, default: 0] += 1 }
      }
    }
    #expect(lengths[0, default: 0] > 2 && lengths.count > 8, "\(lengths)")
  }

  /// In how many of many inputs of one lookup, changed, these operations are behind each other.
  private func count(_ names: [String], kernel: Kernel?, dma: DMAConfiguration?) -> Int {
    (0..<6000 as Range<UInt64>).count { seed in
      let words = mutated(kernel: kernel, dma: dma, seed: seed).map { operation in
        String("\(operation)".prefix { $0 != "(" })
      }
      return words.indices.contains { words[$0...].starts(with: names) }
    }
  }

  private func mutated(kernel: Kernel?, dma: DMAConfiguration?, seed: UInt64) -> [Operation] {
    mutatedScenario(kernel: kernel, dma: dma, seed: seed).operations
  }

  private func mutatedScenario(
    kernel: Kernel?, dma: DMAConfiguration?, seed: UInt64
  ) -> Scenario {
    var domain = DomainConfiguration(format: .riscv64, va: 39, oa: 56)
    domain.kernel = kernel
    let scenario = Scenario(domain: domain, dma: dma, operations: [.iovaToPhys(iova: 0)])
    var buffer = encode(scenario)
    let size = buffer.count
    buffer += [UInt8](repeating: 0, count: 512)
    let end = buffer.withUnsafeMutableBufferPointer { mutateInput($0, size: size, seed: seed) }
    return decode(Array(buffer[..<end]))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// SplitMix64: equal seeds give equal scenarios.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// A scenario of the page-table layer full of operations that have nothing to do with each other.
func tableScenario(seed: UInt64, operations count: Int) -> Scenario {
  var random = SplitMix(state: seed)
  let domain = DomainConfiguration(
    format: .amdv1, va: 57, oa: 48, features: [.dynamicTop, .flushRange, .amdv1EncryptTables],
    top: 4, pageSizes: 0x40201000, encryptionBit: 47, build: .debug, gather: .original)
  let operations = (0..<count).map { _ in tableOperation(&random) }
  return Scenario(domain: domain, operations: operations)
}

private func tableOperation(_ random: inout SplitMix) -> Operation {
  let iova = UInt64.random(in: 0..<1 << 36, using: &random) << 12
  let pa = UInt64.random(in: 0..<1 << 36, using: &random) << 12
  let length = UInt64.random(in: 1..<4096, using: &random) << 12
  let gather = UInt8.random(in: 0...3, using: &random)
  let prot = Protection(rawValue: .random(in: 0..<64, using: &random))
  switch Int.random(in: 0..<8, using: &random) {
  case 0, 1: return .map(iova: iova, pa: pa, length: length, prot: prot)
  case 2: return .mapRange(iova: iova, pa: pa, length: length, prot: prot)
  case 3: return .unmap(iova: iova, length: length)
  case 4: return .gather(gather, queued: .random(using: &random))
  case 5: return .iovaToPhys(iova: iova)
  case 6: return .readAndClearDirty(gather: gather, iova: iova, length: length, keep: true)
  default: return .flush(gather: gather)
  }
}

/// A scenario of the DMA layer with every kind of its operations.
func dmaScenario(seed: UInt64, operations count: Int) -> Scenario {
  var random = SplitMix(state: seed)
  let dma = DMAConfiguration(
    queue: .single, cpus: 7, ringSize: 256, timeout: 10, mode: .flushQueue, limit: 0xffff_ffff,
    pci32: true)
  let domain = DomainConfiguration(format: .riscv64, va: 48, oa: 44, features: .signExtend)
  let operations = (0..<count).map { _ in dmaOperation(&random) }
  return Scenario(domain: domain, dma: dma, operations: operations)
}

private func dmaOperation(_ random: inout SplitMix) -> Operation {
  let handle = UInt16.random(in: 0...UInt16.max, using: &random)
  let cpu = UInt8.random(in: 0..<7, using: &random)
  let pa = UInt64.random(in: 0..<1 << 40, using: &random)
  let direction = DMADirection.allCases.randomElement(using: &random)!
  switch Int.random(in: 0..<7, using: &random) {
  case 0:
    return .dmaMap(handle: handle, pa: pa, length: 1 + pa >> 20, direction: direction, cpu: cpu)
  case 1:
    let pieces = (0..<5).map { ScatterPiece(pa: pa & ~0xfff + $0 << 20, length: $0 << 12) }
    return .dmaMapSG(handle: handle, direction: direction, pieces: pieces, cpu: cpu)
  case 2: return .dmaUnmap(handle: handle, cpu: cpu)
  case 3: return .relax(cpu: cpu)
  case 4: return .tick(milliseconds: pa >> 28)
  case 5: return .reserve(iova: pa, length: 0x1001)
  default: return .failFQ
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations on a working set of small buffers. No unmap covers a whole table, so tables
/// stay once they are there, and a scenario never runs out of them.
struct WorkingSetOperations {
  /// Buffers that are mapped at once, at most.
  private static let handles = 512

  private let cpus: Int
  private let timeout: UInt64
  private let lastPhysical: UInt64
  private var isLive = [Bool](repeating: false, count: handles)

  init(_ scenario: Scenario) {
    cpus = Int(scenario.dma!.cpus)
    timeout = scenario.dma!.timeout
    lastPhysical = (1 << UInt64(scenario.domain.oa)) &- 1
  }

  /// The scenario with the kernel's own rings, every page size, and room for the working set.
  static func adapt(_ scenario: Scenario) -> Scenario {
    var scenario = scenario
    scenario.domain.pageSizes = nil
    scenario.dma!.takeKernelSizes()
    if scenario.dma!.limit < 0xffff_ffff { scenario.dma!.limit = 0xffff_ffff }
    return scenario
  }

  mutating func next(_ random: inout SeededRandom) -> Operation {
    let chance = random.below(4096)
    if chance == 0 { return .relax(cpu: UInt8(random.below(cpus))) }
    if chance <= 64 { return .tick(milliseconds: random.pick([1, 3, timeout, 150])) }
    let handle = random.below(Self.handles)
    let cpu = UInt8(random.below(cpus))
    if isLive[handle] {
      isLive[handle] = false
      return .dmaUnmap(handle: UInt16(handle), cpu: cpu)
    }
    isLive[handle] = true
    return map(UInt16(handle), cpu, &random)
  }

  private func map(_ handle: UInt16, _ cpu: UInt8, _ random: inout SeededRandom) -> Operation {
    let direction = random.pick(DMADirection.allCases)
    if random.oneIn(8) {
      let pieces = (0...random.below(4)).map { _ in
        ScatterPiece(pa: physical(&random), length: UInt64(1 + random.below(8)) << 12)
      }
      return .dmaMapSG(handle: handle, direction: direction, pieces: pieces, cpu: cpu)
    }
    // All size classes, and now and then a size beyond them.
    let pages = UInt64(1) << UInt64(random.pick([0, 0, 0, 1, 1, 2, 3, 4, 5, 6]))
    let offset = random.oneIn(4) ? UInt64(random.below(0x1000)) : 0
    return .dmaMap(
      handle: handle, pa: physical(&random) + offset, length: (pages << 12) - offset,
      direction: direction, cpu: cpu)
  }

  private func physical(_ random: inout SeededRandom) -> UInt64 {
    UInt64(random.below(1 << 20)) << 12 & lastPhysical
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations on a working set of small buffers. No unmap covers a whole table, so tables
/// stay once they are there, and a scenario never runs out of them.
struct WorkingSetOperations {
  /// Buffers that are mapped at once, at most.
  private static let handles = 512

  /// What is under a handle.
  private enum Use {
    case nothing
    case buffer
    /// A range that nothing is linked in yet, and one that is full: version 2's.
    case range(pa: UInt64, length: UInt64)
    case full(length: UInt64)
  }

  private let hasRelease: Bool
  private let cpus: Int
  private let timeout: UInt64
  private let lastPhysical: UInt64
  private var uses = [Use](repeating: .nothing, count: handles)

  init(_ scenario: Scenario) {
    hasRelease = scenario.domain.kernel != nil
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
    // Such a domain is not opened before 7.3.
    if scenario.domain.kernel != .linux7_3 { scenario.dma!.failMagazine = nil }
    return scenario
  }

  mutating func next(_ random: inout SeededRandom) -> Operation {
    let chance = random.below(4096)
    if chance == 0 { return .relax(cpu: UInt8(random.below(cpus))) }
    if chance <= 64 { return .tick(milliseconds: random.pick([1, 3, timeout, 150])) }
    let handle = random.below(Self.handles)
    let cpu = UInt8(random.below(cpus))
    switch uses[handle] {
    case .nothing where hasRelease && random.oneIn(8):
      return allocate(UInt16(handle), cpu, &random)
    case .nothing:
      uses[handle] = .buffer
      let mapping = map(UInt16(handle), cpu, &random)
      return hasRelease ? mapping.asDriversCall : mapping
    case .buffer:
      uses[handle] = .nothing
      let unmapping = Operation.dmaUnmap(handle: UInt16(handle), cpu: cpu)
      return hasRelease ? unmapping.asDriversCall : unmapping
    case .range(let pa, let length):
      uses[handle] = .full(length: length)
      return .dmaIOVALink(
        handle: UInt16(handle), offset: 0, pa: pa, length: length,
        direction: random.pick(DMADirection.allCases), attributes: [])
    case .full(let length):
      uses[handle] = .nothing
      return .dmaIOVADestroy(handle: UInt16(handle), length: length, cpu: cpu)
    }
  }

  private mutating func allocate(
    _ handle: UInt16, _ cpu: UInt8, _ random: inout SeededRandom
  ) -> Operation {
    let pa = physical(&random) + (random.oneIn(4) ? UInt64(random.below(0x1000)) : 0)
    let pages = UInt64(1) << UInt64(random.below(7))
    let length = (pages << 12) - (pa & 0xfff)
    uses[Int(handle)] = .range(pa: pa, length: length)
    return .dmaIOVAAlloc(handle: handle, pa: pa, length: length, limit: nil, cpu: cpu)
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

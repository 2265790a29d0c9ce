// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations of the DMA layer, in version 1's words.
struct DMAOperations {
  let cpus: Int
  private let lastPhysical: UInt64
  private let limit: UInt64
  private let timeout: UInt64
  private var live: [UInt16] = []
  private var nextHandle: UInt16 = 0
  private var budget: WorkBudget

  init(_ domain: DomainConfiguration, _ dma: DMAConfiguration) {
    cpus = Int(dma.cpus)
    lastPhysical = (1 << UInt64(domain.oa)) &- 1
    limit = dma.limit
    timeout = dma.timeout
    budget = WorkBudget(domain)
  }

  mutating func next(_ random: inout SeededRandom) -> Operation {
    let cpu = UInt8(random.below(cpus))
    switch random.below(32) {
    case 0...9: return map(cpu, &random)
    case 10...12: return mapList(cpu, &random)
    case 13...23: return .dmaUnmap(handle: unmapped(&random), cpu: cpu)
    case 24: return .relax(cpu: cpu)
    case 25, 26, 27:
      let periods = [1, timeout, timeout, 100, 250, timeout &+ 1]
      return .tick(milliseconds: random.pick(periods))
    case 28: return reserve(&random)
    case 29: return random.oneIn(2) ? .failFQ : .failAlloc(countdown: UInt64(random.below(5)))
    case 30: return .iovaToPhys(iova: limit &- UInt64(random.below(64)) << 12)
    default: return direct(&random)
    }
  }

  /// A handle for a new mapping: nearly always a free one.
  private mutating func handle(_ random: inout SeededRandom) -> UInt16 {
    if let taken = live.last, random.oneIn(24) { return taken }
    let handle = freshHandle()
    live.append(handle)
    return handle
  }

  /// A handle that was not used yet, until all were.
  mutating func freshHandle() -> UInt16 {
    defer { nextHandle &+= 1 }
    return nextHandle
  }

  /// As much of `length` as the work of mapping `pa` is left for, at least a byte.
  mutating func bounded(_ length: UInt64, pa: UInt64) -> UInt64 {
    max(budget.bound(length, iova: 0, pa: pa), 1)
  }

  private mutating func unmapped(_ random: inout SeededRandom) -> UInt16 {
    guard !live.isEmpty, !random.oneIn(24) else { return UInt16(random.below(32)) }
    return live.remove(at: random.below(live.count))
  }

  func direction(_ random: inout SeededRandom) -> DMADirection {
    random.pick([.bidirectional, .toDevice, .fromDevice])
  }

  func physical(_ random: inout SeededRandom) -> UInt64 {
    let page = UInt64(random.pick([12, 12, 12, 16, 21]))
    return UInt64(random.below(1 << 16)) << page & lastPhysical & ~0xfff
  }

  private mutating func map(_ cpu: UInt8, _ random: inout SeededRandom) -> Operation {
    var pa = physical(&random)
    let pages = UInt64(1) << UInt64(random.pick([0, 0, 0, 1, 2, 3, 4, 5, 6, 9]))
    var length = pages << 12
    if random.oneIn(4) { length += UInt64(random.below(3)) << 12 }
    if random.oneIn(3) {
      pa += UInt64(random.below(0x1000))
      length -= UInt64(random.below(0x1000))
    }
    length = bounded(length, pa: pa)
    return .dmaMap(
      handle: handle(&random), pa: pa, length: length, direction: direction(&random), cpu: cpu)
  }

  private mutating func mapList(_ cpu: UInt8, _ random: inout SeededRandom) -> Operation {
    var pieces: [ScatterPiece] = []
    for _ in 0...random.below(8) {
      let touching = pieces.last.map { $0.pa &+ $0.length } ?? 0
      let pa = random.oneIn(2) ? touching & lastPhysical : physical(&random)
      let length = UInt64(random.pick([1, 1, 1, 2, 3, 16, 512])) << 12
      let bounded = max(budget.bound(length, iova: 0, pa: pa) & ~0xfff, 0x1000)
      pieces.append(ScatterPiece(pa: pa & ~0xfff, length: bounded))
    }
    return .dmaMapSG(
      handle: handle(&random), direction: direction(&random), pieces: pieces, cpu: cpu)
  }

  private func reserve(_ random: inout SeededRandom) -> Operation {
    let iova = (limit &- UInt64(random.below(128)) << 12) & ~0xfff
    let length = UInt64(1 + random.below(4)) << 12
    return .reserve(iova: iova, length: 1 + min(length - 1, .max - iova))
  }

  /// Something done to the domain behind the layer's back.
  private func direct(_ random: inout SeededRandom) -> Operation {
    let iova = (limit &- UInt64(random.below(64)) << 12) & ~0xfff
    switch random.below(4) {
    case 0: return .unmap(iova: iova, length: 0x1000)
    case 1:
      return .map(iova: iova, pa: physical(&random), length: 0x1000, prot: [.read, .write])
    default: return .setDirty(iova: iova)
    }
  }
}

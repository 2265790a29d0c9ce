// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations of the page-table layer.
struct TableOperations {
  private struct AddressRange {
    var iova: UInt64
    var length: UInt64
  }

  /// The last physical address that the domain can hold.
  private let lastPhysical: UInt64
  private let edges: [UInt64]
  /// Where most mappings lie: close together, so that they share tables.
  private let home: UInt64
  private var mapped: [AddressRange] = []
  private var budget: WorkBudget

  init(_ domain: DomainConfiguration, _ random: inout SeededRandom) {
    lastPhysical = (1 << UInt64(domain.oa)) &- 1
    let end: UInt64 = 1 << UInt64(domain.va)
    let half = end == 0 ? 1 << 63 : end >> 1
    edges = [0, half, 0 &- half, end, 0x20_0000, 0x4000_0000, 1 << 39, 1 << 32]
    let bits = min(UInt64(domain.va), 63) - 1
    home = (random.next() & ((1 << bits) - 1)) & ~0x3fff_ffff
    budget = WorkBudget(domain)
  }

  mutating func next(_ random: inout SeededRandom) -> Operation {
    let gather = UInt8(random.below(4))
    switch random.below(32) {
    case 0...8: return map(&random)
    case 9...12:
      let span = target(&random)
      forget(span)
      return .unmap(iova: span.iova, length: span.length)
    case 13...18:
      let span = target(&random)
      forget(span)
      return .unmapFast(gather: gather, iova: span.iova, length: span.length)
    case 19, 20: return .gather(gather, queued: random.oneIn(2))
    case 21, 22: return .iotlbSync(gather: gather)
    case 23: return .flush(gather: gather)
    case 24, 25: return .iovaToPhys(iova: place(&random))
    case 26, 27: return .setDirty(iova: place(&random))
    case 28, 29, 30:
      let span = target(&random)
      return .readAndClearDirty(
        gather: gather, iova: span.iova, length: span.length, keep: random.oneIn(4))
    default: return .failAlloc(countdown: UInt64(random.below(6)))
    }
  }

  private mutating func map(_ random: inout SeededRandom) -> Operation {
    let page = UInt64(random.pick([12, 12, 12, 13, 16, 16, 21, 21, 30]))
    var length = UInt64(1 + random.below(random.oneIn(3) ? 40 : 4)) << page
    let iova = newPlace(length, page, &random)
    let pa = physical(iova, page, &random)
    length = budget.bound(length, iova: iova, pa: pa)
    if random.oneIn(64) { length &+= 0x800 }
    mapped.append(AddressRange(iova: iova, length: length))
    if mapped.count > 64 { mapped.removeFirst() }
    let prot = Protection(rawValue: random.oneIn(4) ? UInt32(random.below(64)) : 3)
    return random.oneIn(4)
      ? .mapRange(iova: iova, pa: pa, length: length, prot: prot)
      : .map(iova: iova, pa: pa, length: length, prot: prot)
  }

  private func newPlace(
    _ length: UInt64, _ page: UInt64, _ random: inout SeededRandom
  ) -> UInt64 {
    switch random.below(8) {
    case 0: return random.pick(edges) &- (random.oneIn(2) ? length : 0)
    case 1: return random.pick(edges) &- (length >> 1) & ~0xfff
    case 2, 3:
      guard let last = mapped.last else { return home }
      return random.oneIn(3) ? last.iova &- length : last.iova &+ last.length
    default: return home &+ UInt64(random.below(24)) << page
    }
  }

  private func physical(_ iova: UInt64, _ page: UInt64, _ random: inout SeededRandom) -> UInt64 {
    switch random.below(8) {
    case 0: return lastPhysical &- UInt64(random.below(16)) << 12 &- 0xfff
    case 1: return UInt64(random.below(1 << 20)) << 12 & lastPhysical
    case 2, 3: return iova & lastPhysical
    default: return UInt64(1 + random.below(512)) << page & lastPhysical
    }
  }

  /// A range to unmap or to look at: a mapping, a part of it, more than it, or next to it.
  private func target(_ random: inout SeededRandom) -> AddressRange {
    guard !mapped.isEmpty, !random.oneIn(16) else {
      let iova = random.oneIn(2) ? home : random.pick(edges)
      return AddressRange(iova: iova, length: 0x1000 << UInt64(random.below(10)))
    }
    var span = mapped[mapped.count - 1 - random.below(min(mapped.count, 8))]
    switch random.below(8) {
    case 0: span.length = 0x1000
    case 1: span.length = max(0x1000, (span.length >> 1) & ~0xfff)
    case 2:
      span.iova &+= (span.length >> 1) & ~0xfff
    case 3: span.length &+= 0x1000 << UInt64(random.below(10))
    default: break
    }
    return span
  }

  private func place(_ random: inout SeededRandom) -> UInt64 {
    let span = target(&random)
    switch random.below(4) {
    case 0: return span.iova &+ span.length &- 1
    case 1: return span.iova &+ span.length
    default: return span.iova &+ UInt64(random.below(0x1000))
    }
  }

  private mutating func forget(_ span: AddressRange) {
    mapped.removeAll { $0.iova >= span.iova && $0.iova &- span.iova < span.length }
  }
}

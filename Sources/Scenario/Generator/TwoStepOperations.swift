// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations on ranges that are allocated first and filled afterwards (`dma_iova_try_alloc`
/// and its kin). Most fit what is there; some do not.
struct TwoStepOperations {
  private struct Range {
    let handle: UInt16
    let pa: UInt64
    let length: UInt64
    /// Bytes that are linked, from its start on, as far as everything succeeded.
    var linked: UInt64 = 0
  }

  private var ranges: [Range] = []
  /// So many ranges are open at once, at most.
  private static let most = 4

  /// `limit` is for an operation that takes one.
  mutating func next(
    _ buffers: inout DMAOperations, _ limit: UInt64?, _ random: inout SeededRandom
  ) -> Operation {
    let cpu = UInt8(random.below(buffers.cpus))
    if ranges.count < Self.most, ranges.isEmpty || random.oneIn(5) {
      return allocate(cpu, &buffers, limit, &random)
    }
    let index = random.below(ranges.count)
    let range = ranges[index]
    if random.oneIn(32) { return odd(range, cpu, &random) }
    if range.linked == 0, !random.oneIn(5) { return link(index, &buffers, &random) }
    switch random.below(16) {
    case 0...5 where range.linked < range.length:
      return link(index, &buffers, &random)
    case 7, 8:
      return .dmaIOVASync(handle: range.handle, offset: 0, length: max(range.linked, 1))
    case 9, 10:
      return unlink(index, &random)
    case 11:
      ranges.remove(at: index)
      return .dmaIOVAFree(handle: range.handle, cpu: cpu)
    default:
      ranges.remove(at: index)
      let length = random.oneIn(3) ? range.length : range.linked
      return .dmaIOVADestroy(handle: range.handle, length: length, cpu: cpu)
    }
  }

  private mutating func allocate(
    _ cpu: UInt8, _ buffers: inout DMAOperations, _ limit: UInt64?, _ random: inout SeededRandom
  ) -> Operation {
    var pa = buffers.physical(&random)
    var length = UInt64(random.pick([1, 1, 2, 3, 4, 8, 16, 40, 512])) << 12
    if random.oneIn(3) {
      pa += UInt64(random.below(0x1000))
      length -= UInt64(random.below(0x1000))
    }
    let range = Range(handle: buffers.freshHandle(), pa: pa, length: max(length, 1))
    ranges.append(range)
    return .dmaIOVAAlloc(
      handle: range.handle, pa: pa, length: range.length, limit: limit, cpu: cpu)
  }

  /// Links what comes next: at the start with the offset that the range was asked for with, behind it
  /// where a granule begins.
  private mutating func link(
    _ index: Int, _ buffers: inout DMAOperations, _ random: inout SeededRandom
  ) -> Operation {
    let range = ranges[index]
    let offsetInGranule = range.pa & 0xfff
    let rest = range.length - range.linked
    var length = rest
    if random.oneIn(2) {
      let pages = UInt64(1 + random.below(4)) << 12
      length = min(rest, pages - (range.linked == 0 ? offsetInGranule : 0))
    }
    var pa = range.pa
    if range.linked != 0 || random.oneIn(2) {
      pa = buffers.physical(&random) | (range.linked == 0 ? offsetInGranule : 0)
    }
    length = min(length, buffers.bounded(length, pa: pa & ~0xfff))
    let isWhole = (offsetInGranule + range.linked + length) & 0xfff == 0 || length == rest
    ranges[index].linked = isWhole ? range.linked + length : range.length
    return .dmaIOVALink(
      handle: range.handle, offset: range.linked, pa: pa, length: length,
      direction: buffers.direction(&random),
      attributes: DriverOperations.attributes(&random))
  }

  /// Takes out all that is linked, or the last of it.
  private mutating func unlink(_ index: Int, _ random: inout SeededRandom) -> Operation {
    let range = ranges[index]
    guard range.linked > 0x1000, random.oneIn(2) else {
      ranges[index].linked = 0
      return .dmaIOVAUnlink(
        handle: range.handle, offset: 0, length: max(range.linked, 1))
    }
    let inGranules = ((range.pa & 0xfff) + range.linked - 1) & ~0xfff
    let offset = max(inGranules, 0x1000) - (range.pa & 0xfff)
    ranges[index].linked = min(offset, range.linked)
    return .dmaIOVAUnlink(
      handle: range.handle, offset: offset, length: max(range.linked - min(offset, range.linked), 1)
    )
  }

  /// What does not fit: off a granule, past the end, or for something that is no range.
  private func odd(_ range: Range, _ cpu: UInt8, _ random: inout SeededRandom) -> Operation {
    let handle = random.oneIn(3) ? UInt16(random.below(32)) : range.handle
    let offset = random.pick([0, 1, 0x800, 0x1000, range.length])
    let length = random.pick([1, 0x1000, range.length, range.length &+ 1])
    switch random.below(6) {
    case 0, 1:
      return .dmaIOVALink(
        handle: handle, offset: offset, pa: range.pa ^ 0x800, length: length,
        direction: .toDevice, attributes: [])
    case 2: return .dmaIOVASync(handle: handle, offset: offset, length: length)
    case 3: return .dmaIOVAUnlink(handle: handle, offset: offset, length: length)
    case 4: return .dmaIOVADestroy(handle: handle, length: offset, cpu: cpu)
    default: return .dmaUnmapPhysOrSG(handle: handle, cpu: cpu)
    }
  }
}

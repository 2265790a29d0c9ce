// SPDX-License-Identifier: GPL-2.0-only

/// Writes operations of the DMA layer in version 2's words: what drivers call, and mappings in two
/// steps.
struct DriverOperations {
  private var buffers: DMAOperations
  private var ranges = TwoStepOperations()
  /// A list with an empty piece in its middle may be mapped with 4 GiB before Linux 7.3: one is enough.
  private var mayWrap = true
  private let limit: UInt64

  init(_ domain: DomainConfiguration, _ dma: DMAConfiguration) {
    buffers = DMAOperations(domain, dma)
    limit = dma.limit
  }

  mutating func next(_ random: inout SeededRandom) -> Operation {
    if random.oneIn(3) { return ranges.next(&buffers, otherLimit(&random), &random) }
    switch buffers.next(&random).asDriversCall {
    case .dmaMapPhys(let handle, let pa, let length, let direction, _, _, let cpu):
      return .dmaMapPhys(
        handle: handle, pa: pa, length: length, direction: direction,
        attributes: Self.attributes(&random), limit: otherLimit(&random), cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, let pieces, _, let cpu):
      return .dmaMapSGAttrs(
        handle: handle, direction: direction, pieces: withEmptyPieces(pieces, &random),
        limit: otherLimit(&random), cpu: cpu)
    case let operation:
      return operation
    }
  }

  /// What a buffer is, mostly memory like any other.
  static func attributes(_ random: inout SeededRandom) -> DMAAttributes {
    random.oneIn(4) ? DMAAttributes(rawValue: UInt32(random.below(8))) : []
  }

  /// The mask of another device, now and then; in one of two cases it ends among what is mapped, or
  /// was and is cached, since IOVAs come from the top down.
  private func otherLimit(_ random: inout SeededRandom) -> UInt64? {
    guard random.oneIn(12) else { return nil }
    let end = UInt64(random.below(64)) << 12
    if random.oneIn(2), limit > end { return limit - end }
    return random.pick([0xffff_ffff, 0xff_ffff, 0xffff, .max, limit, limit >> 1])
  }

  /// The list, seldom with empty pieces: in front, or, more seldom still, anywhere.
  private mutating func withEmptyPieces(
    _ pieces: [ScatterPiece], _ random: inout SeededRandom
  ) -> [ScatterPiece] {
    guard random.oneIn(8) else { return pieces }
    let isInFront = !mayWrap || !random.oneIn(4)
    if !isInFront { mayWrap = false }
    var pieces = pieces
    let place = isInFront ? 0 : random.below(pieces.count + 1)
    for _ in 0...random.below(2) {
      pieces.insert(ScatterPiece(pa: pieces[0].pa, length: 0), at: place)
    }
    return pieces
  }
}

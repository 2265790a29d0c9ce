// SPDX-License-Identifier: GPL-2.0-only

extension DMAContract {
  /// Looks up what the last operation mapped or unmapped, and one more buffer in turn. `lookup` is
  /// the domain's `iova_to_phys`; nil where there is no answer, which breaks no promise.
  public mutating func checkLastOperation(_ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if isLost { return nil }
    if let range = justUnmapped,
      let breach = Self.checkGone(range.first, lookup) ?? Self.checkGone(range.last, lookup)
    {
      return breach
    }
    let mapped = justMapped.flatMap { buffers.index(of: $0) }
    if let mapped, let breach = check(mapped, lookup) { return breach }
    if buffers.count == 0 { return nil }
    nextLook = (nextLook + 1) % buffers.count
    return nextLook == mapped ? nil : check(nextLook, lookup)
  }

  /// Looks up every live buffer.
  public func checkAll(_ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if isLost { return nil }
    for index in 0..<buffers.count {
      if let breach = check(index, lookup) { return breach }
    }
    return nil
  }

  /// An errno, cast to an address, and 0 stand for no translation.
  private static func checkGone(_ iova: UInt64, _ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    guard let found = lookup(iova) else { return nil }
    let isErrno = Int64(bitPattern: found) < 0 && Int64(bitPattern: found) >= -4095
    return found == 0 || isErrno ? nil : .stillMapped(iova: iova, found: found)
  }

  private func check(_ index: Int, _ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if buffers[index].isTampered || buffers[index].isBeyondWords { return nil }
    for number in 0..<buffers[index].links.count {
      let link = buffers[index].links[number]
      let mapped = MappedPiece(pa: link.pa, iova: link.first, length: link.last - link.first + 1)
      if let breach = mapped.check(granule, lookup) { return breach }
    }
    var iova = buffers[index].address
    for number in 0..<buffers[index].pieces.count {
      let piece = buffers[index].pieces[number]
      let mapped = MappedPiece(pa: piece.pa, iova: iova, length: piece.len)
      if let breach = mapped.check(granule, lookup) { return breach }
      iova &+= piece.len
    }
    return nil
  }
}

/// Memory and where a device sees it.
private struct MappedPiece {
  let pa: UInt64
  let iova: UInt64
  let length: UInt64

  /// The first and last byte, and those on both sides of the first frame boundary, of one in the
  /// middle, and of the one whose address is a multiple of the largest power of two: each once.
  func check(_ granule: UInt64, _ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if let breach = look(0, lookup) ?? look(length - 1, lookup) { return breach }
    let last = iova &+ (length - 1)
    let middle = (iova &+ (length / 2)) & ~(granule - 1)
    let differing = UInt64(63 - (iova ^ last | 1).leadingZeroBitCount)
    let first = (iova &+ granule) & ~(granule - 1)
    if let breach = check(around: first, granule, lookup) { return breach }
    if middle != first, let breach = check(around: middle, granule, lookup) { return breach }
    let round = last & ~((1 << differing) - 1)
    return round == first || round == middle ? nil : check(around: round, granule, lookup)
  }

  /// The bytes before and at `boundary`, when it is one of frames and both are the piece's.
  private func check(
    around boundary: UInt64, _ granule: UInt64, _ lookup: (UInt64) -> UInt64?
  ) -> DMABreach? {
    let offset = boundary &- iova
    guard boundary & (granule - 1) == 0, offset > 0, offset < length else { return nil }
    return look(offset - 1, lookup) ?? look(offset, lookup)
  }

  private func look(_ offset: UInt64, _ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    guard let found = lookup(iova &+ offset) else { return nil }
    let expected = pa &+ offset
    return found == expected
      ? nil : .mistranslated(iova: iova &+ offset, expected: expected, found: found)
  }
}

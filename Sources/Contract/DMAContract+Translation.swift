// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

extension DMAContract {
  /// Looks up what the last operation mapped or unmapped, and one more buffer in turn. `lookup` is
  /// the domain's `iova_to_phys`; nil where there is no answer, which breaks no promise.
  public mutating func checkLastOperation(_ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if isLost { return nil }
    if let range = justUnmapped,
      let breach = checkGone(range.first, lookup) ?? checkGone(range.last, lookup)
    {
      return breach
    }
    if let handle = justMapped, let index = buffers.index(of: handle),
      let breach = check(buffers[index], lookup)
    {
      return breach
    }
    if buffers.count == 0 { return nil }
    nextLook = (nextLook + 1) % buffers.count
    return check(buffers[nextLook], lookup)
  }

  /// Looks up every live buffer.
  public func checkAll(_ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    if isLost { return nil }
    for index in 0..<buffers.count {
      if let breach = check(buffers[index], lookup) { return breach }
    }
    return nil
  }

  /// An errno, cast to an address, and 0 stand for no translation.
  private func checkGone(_ iova: UInt64, _ lookup: (UInt64) -> UInt64?) -> DMABreach? {
    guard let found = lookup(iova) else { return nil }
    let isErrno = Int64(bitPattern: found) < 0 && Int64(bitPattern: found) >= -4095
    return found == 0 || isErrno ? nil : .stillMapped(iova: iova, found: found)
  }

  private func check(
    _ buffer: borrowing DMABuffer, _ lookup: (UInt64) -> UInt64?
  ) -> DMABreach? {
    if buffer.isTampered || buffer.isBeyondWords { return nil }
    for link in buffer.links {
      let piece = iopt_piece(pa: link.pa, len: link.last - link.first + 1)
      if let breach = check(piece, at: link.first, lookup) { return breach }
    }
    var iova = buffer.address
    for piece in buffer.pieces {
      if let breach = check(piece, at: iova, lookup) { return breach }
      iova &+= piece.len
    }
    return nil
  }

  /// The first and last byte, and those on both sides of the first frame boundary, of one in the
  /// middle, and of the one whose address is a multiple of the largest power of two.
  private func check(
    _ piece: iopt_piece, at iova: UInt64, _ lookup: (UInt64) -> UInt64?
  ) -> DMABreach? {
    let last = iova &+ (piece.len - 1)
    let middle = iova &+ (piece.len / 2)
    let differing = UInt64(63 - (iova ^ last | 1).leadingZeroBitCount)
    return check(piece, at: iova, 0, lookup)
      ?? check(piece, at: iova, piece.len - 1, lookup)
      ?? check(piece, at: iova, around: (iova &+ granule) & ~(granule - 1), lookup)
      ?? check(piece, at: iova, around: middle & ~(granule - 1), lookup)
      ?? check(piece, at: iova, around: last & ~((1 << differing) - 1), lookup)
  }

  /// The bytes before and at `boundary`, when it is one of frames and both are the piece's.
  private func check(
    _ piece: iopt_piece, at iova: UInt64, around boundary: UInt64, _ lookup: (UInt64) -> UInt64?
  ) -> DMABreach? {
    let offset = boundary &- iova
    guard boundary & (granule - 1) == 0, offset > 0, offset < piece.len else { return nil }
    return check(piece, at: iova, offset - 1, lookup) ?? check(piece, at: iova, offset, lookup)
  }

  private func check(
    _ piece: iopt_piece, at iova: UInt64, _ offset: UInt64, _ lookup: (UInt64) -> UInt64?
  ) -> DMABreach? {
    guard let found = lookup(iova &+ offset) else { return nil }
    let expected = piece.pa &+ offset
    return found == expected
      ? nil : .mistranslated(iova: iova &+ offset, expected: expected, found: found)
  }
}

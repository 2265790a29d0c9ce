// SPDX-License-Identifier: GPL-2.0-only
import SubjectABI

/// The pieces of a list, each with the IOVA space that it takes, bytes.
///
/// An empty piece behind others pads the space in front of it up to a boundary that lies at 2^64, as
/// `iommu_dma_map_sg` does until Linux 7.2: what came before counts for nothing any more, and the
/// piece in front of it gets the padding, in 32 bits.
struct PieceLayout {
  /// A piece, and where the whole stands behind it.
  struct Piece {
    /// Physical address.
    let start: UInt64
    /// The piece's own length.
    let length: UInt32
    let space: UInt32
  }

  private let pieces: UnsafeBufferPointer<iopt_piece>
  private var index = 0
  /// What the pieces so far come to.
  private(set) var whole: UInt64 = 0

  init(_ pieces: UnsafeBufferPointer<iopt_piece>) { self.pieces = pieces }

  mutating func next() -> Piece? {
    guard index < pieces.count else { return nil }
    let piece = pieces[index]
    index += 1
    let length = UInt32(truncatingIfNeeded: piece.len)
    if index < pieces.count, pieces[index].len == 0 {
      let before = UInt32(truncatingIfNeeded: whole)
      whole = 0
      return Piece(start: piece.pa, length: length, space: 0 &- before)
    }
    whole &+= piece.len
    return Piece(start: piece.pa, length: length, space: length)
  }

  /// Whether an empty piece stands behind one that is not.
  static func pads(_ pieces: UnsafeBufferPointer<iopt_piece>) -> Bool {
    guard let first = pieces.firstIndex(where: { $0.len != 0 }) else { return false }
    return pieces[first...].contains { $0.len == 0 }
  }

  /// The IOVA space that a list asks for.
  static func wholeLength(of pieces: UnsafeBufferPointer<iopt_piece>) -> UInt64 {
    var layout = PieceLayout(pieces)
    while layout.next() != nil {}
    return layout.whole
  }

  /// How many bytes an unmap of the list takes, when it was mapped at `address`: from its first
  /// output segment to the last one in front of an empty segment (`iommu_dma_unmap_sg`). A
  /// segment may be as long as its 32-bit length can say: the device sets no bound.
  static func unmappedLength(
    of pieces: UnsafeBufferPointer<iopt_piece>, at address: UInt64
  ) -> UInt64 {
    var layout = PieceLayout(pieces)
    var position = address
    /// Where the segments before the one that grows end.
    var end = address
    var segment: (start: UInt64, length: UInt32)?
    while let piece = layout.next() {
      if let open = segment, position != 0, UInt32.max - open.length >= piece.length {
        segment = (open.start, open.length &+ piece.length)
      } else {
        if let open = segment { end = open.start &+ UInt64(open.length) }
        segment = (position, piece.length)
      }
      guard let grown = segment, grown.length != 0 else {
        segment = nil
        break
      }
      position &+= UInt64(piece.space)
      if piece.space > piece.length {
        end = grown.start &+ UInt64(grown.length)
        segment = nil
      }
    }
    if let open = segment { end = open.start &+ UInt64(open.length) }
    return end &- address
  }
}

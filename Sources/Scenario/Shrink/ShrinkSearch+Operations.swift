// SPDX-License-Identifier: GPL-2.0-only

// Passes that drop operations and pieces.

extension ShrinkSearch {
  /// Cuts what follows the failure: a binary search, as a prefix that is long enough fails.
  mutating func dropTail() {
    var low = 0
    while low < best.operations.count {
      let middle = low + (best.operations.count - low) / 2
      let isTaken = attempt { $0.operations.removeSubrange(middle...) }
      if !isTaken { low = middle + 1 }
    }
  }

  /// Drops runs of operations, halving their length down to single ones, which are gone through
  /// until none can be dropped. From the end, as what stands late depends on what stands early.
  mutating func dropOperations() {
    var length = max(1, best.operations.count / 2)
    while true {
      let before = best.operations.count
      dropRuns(of: length)
      if length > 1 {
        length /= 2
      } else if best.operations.count == before {
        return
      }
    }
  }

  private mutating func dropRuns(of length: Int) {
    var end = best.operations.count
    while end > 0 {
      let start = max(0, end - length)
      attempt { $0.operations.removeSubrange(start..<end) }
      end = start
    }
  }

  /// Drops two operations of a few at once: what one does the other undoes, as a gather's mode or a
  /// map that an unmap must find.
  mutating func dropPairs() {
    guard best.operations.count <= Self.mostForPairs else { return }
    var last = best.operations.count - 1
    while last > 0 {
      for first in 0..<last {
        let isTaken = attempt {
          $0.operations.remove(at: last)
          $0.operations.remove(at: first)
        }
        if isTaken {
          last -= 1
          break
        }
      }
      last -= 1
    }
  }

  /// Pairs grow with the square.
  private static let mostForPairs = 24

  /// Drops pieces of scatterlists; each list keeps at least one.
  mutating func dropPieces() {
    for index in best.operations.indices {
      let list = best.operations[index]
      guard var pieces = list.pieces else { continue }
      var place = pieces.count
      while place > 0 {
        place -= 1
        guard pieces.count > 1 else { break }
        var fewer = pieces
        fewer.remove(at: place)
        let isTaken = attempt { $0.operations[index] = list.with(pieces: fewer) }
        if isTaken { pieces = fewer }
      }
    }
  }
}

extension Operation {
  /// A scatterlist with other pieces; any other operation as it is.
  fileprivate func with(pieces: [ScatterPiece]) -> Operation {
    switch self {
    case .dmaMapSG(let handle, let direction, _, let cpu):
      .dmaMapSG(handle: handle, direction: direction, pieces: pieces, cpu: cpu)
    case .dmaMapSGAttrs(let handle, let direction, _, let limit, let cpu):
      .dmaMapSGAttrs(
        handle: handle, direction: direction, pieces: pieces, limit: limit, cpu: cpu)
    default: self
    }
  }
}

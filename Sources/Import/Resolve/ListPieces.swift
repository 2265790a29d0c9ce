// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// One page-level map that belongs to a buffer.
struct PageRun {
  var iova: UInt64
  var pa: UInt64
  var size: UInt64
}

/// What a scatterlist's event tells of its pieces. The event has physical addresses of the pieces and
/// lengths of what the device sees, which may be several pieces in one; the page-level maps beside
/// it say the rest.
struct ListPieces {
  var pieces: [ScatterPiece] = []
  /// The lengths were made up.
  var isGuess = false

  static let granule: UInt64 = 4096

  init(_ list: TracedList, _ runs: [PageRun]) {
    if !runs.isEmpty {
      pieces = Self.split(list, runs) ?? Self.whole(runs)
    } else if list.sizes.count == list.physical.count {
      for (pa, size) in zip(list.physical, list.sizes) { append(pa, size) }
    } else {
      guess(list)
    }
    pieces.removeAll { $0.length == 0 }
  }

  /// Rounded out to granules, as the DMA layer does.
  private mutating func append(_ pa: UInt64, _ size: UInt64) {
    let offset = pa % Self.granule
    let length = (offset &+ size &+ Self.granule - 1) & ~(Self.granule - 1)
    pieces.append(ScatterPiece(pa: pa - offset, length: min(length, 0xffff_f000)))
  }

  /// A piece for each run; one that no kernel maps is rounded out.
  static func whole(_ runs: [PageRun]) -> [ScatterPiece] {
    var pieces = ListPieces()
    for run in runs { pieces.append(run.pa, run.size) }
    return pieces.pieces
  }

  private init() {}

  /// Cuts runs where pieces begin; nil when the physical addresses do not follow the runs.
  private static func split(_ list: TracedList, _ runs: [PageRun]) -> [ScatterPiece]? {
    if list.isTruncated || runs.contains(where: { ($0.pa | $0.size) % granule != 0 }) { return nil }
    var result: [ScatterPiece] = []
    var run = 0
    var offset: UInt64 = 0
    for (index, address) in list.physical.enumerated() {
      guard run < runs.count, address & ~(granule - 1) == runs[run].pa &+ offset else { return nil }
      let rest = runs[run].size - offset
      var length = rest
      if index + 1 < list.physical.count {
        let next = list.physical[index + 1] & ~(granule - 1)
        let distance = next &- (runs[run].pa &+ offset)
        if distance > 0, distance < rest { length = distance }
      }
      if length > 0xffff_f000 { return nil }
      result.append(ScatterPiece(pa: runs[run].pa &+ offset, length: length))
      offset += length
      if offset == runs[run].size {
        run += 1
        offset = 0
      }
    }
    return run == runs.count ? result : nil
  }

  /// The length as a whole is known: it is shared out.
  private mutating func guess(_ list: TracedList) {
    let count = UInt64(list.physical.count)
    guard count > 0 else { return }
    isGuess = true
    var pages: UInt64 = 0
    for size in list.sizes { pages &+= size / Self.granule + (size % Self.granule > 0 ? 1 : 0) }
    let share = max(1, pages / count)
    for (index, pa) in list.physical.enumerated() {
      let isLast = index + 1 == list.physical.count
      let rest = pages > share * (count - 1) ? pages - share * (count - 1) : 1
      let length = min(isLast ? rest : share, 0xffff_f000 / Self.granule) * Self.granule
      pieces.append(ScatterPiece(pa: pa & ~(Self.granule - 1), length: length))
    }
    // Pages of the system's size are what lists are made of mostly: then nothing was made up.
    isGuess = share * count != pages || share != 1
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// Other names for physical addresses, so that a trace can be shown: the same address always gets the
/// same one, what is adjacent stays adjacent and what is not does not become so, and every address
/// stays aligned as far as a page of its mapping could have used.
struct PhysicalNames {
  /// Addresses are renamed in blocks of 2 MiB: what is below stays.
  private static let blockLog2: UInt64 = 21

  private var blocks: Set<UInt64> = []
  private var lastBlock: UInt64?
  /// Ranges over several blocks, and mappings that could use pages larger than one.
  private var large: Set<Range> = []
  private var runs: [Run] = []

  private struct Range: Hashable { var first: UInt64, last: UInt64, alignmentLog2: UInt64 }
  private struct Run { var first: UInt64, last: UInt64, alignmentLog2: UInt64, name: UInt64 }

  /// Notes that memory was mapped.
  mutating func note(_ pa: UInt64, _ size: UInt64) {
    let first = pa >> Self.blockLog2
    let (end, isLost) = pa.addingReportingOverflow(max(size, 1) - 1)
    let last = (isLost ? .max : end) >> Self.blockLog2
    if first == last, size < 1 << Self.blockLog2 {
      if lastBlock == first { return }
      lastBlock = first
      blocks.insert(first)
    } else {
      let alignment = UInt64(63 - max(size, 1).leadingZeroBitCount)
      large.insert(Range(first: first, last: last, alignmentLog2: alignment))
    }
  }

  /// Gives names, when everything was noted.
  mutating func settle() {
    var ranges = large.map { ($0.first, $0.last, $0.alignmentLog2) }
    ranges += blocks.map { ($0, $0, Self.blockLog2) }
    ranges.sort { $0.0 < $1.0 }
    runs = []
    for (first, last, alignment) in ranges {
      if let end = runs.last?.last, first <= end || first - end == 1 {
        runs[runs.count - 1].last = max(end, last)
        runs[runs.count - 1].alignmentLog2 = max(runs[runs.count - 1].alignmentLog2, alignment)
      } else {
        runs.append(Run(first: first, last: last, alignmentLog2: alignment, name: 0))
      }
    }
    nameRuns()
  }

  private mutating func nameRuns() {
    // From 4 GiB on: what is renamed is nobody's low memory.
    var next: UInt64 = 1 << (32 - Self.blockLog2)
    for index in runs.indices {
      let unit: UInt64 = 1 << (max(runs[index].alignmentLog2, Self.blockLog2) - Self.blockLog2)
      var name = next &+ (runs[index].first &- next) & (unit - 1)
      if name == runs[index].first { name &+= unit }
      runs[index].name = name
      next = name &+ (runs[index].last - runs[index].first) &+ 2
    }
  }

  /// The name of an address that was noted.
  func name(of pa: UInt64) -> UInt64 {
    let block = pa >> Self.blockLog2
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].last < block { low = middle + 1 } else { high = middle }
    }
    guard low < runs.count, runs[low].first <= block else { return pa }
    let renamed = runs[low].name &+ (block - runs[low].first)
    return renamed << Self.blockLog2 | pa & ((1 << Self.blockLog2) - 1)
  }
}

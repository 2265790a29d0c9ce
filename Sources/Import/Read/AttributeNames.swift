// SPDX-License-Identifier: GPL-2.0-only

/// The names that `attrs=` has between bars: DMA_ATTR_* without their start.
enum AttributeNames {
  private static let all: [StaticString] = [
    "WEAK_ORDERING", "WRITE_COMBINE", "NO_KERNEL_MAPPING", "SKIP_CPU_SYNC", "FORCE_CONTIGUOUS",
    "ALLOC_SINGLE_PAGES", "NO_WARN", "PRIVILEGED", "MMIO", "CACHELINES_OVERLAP",
    "REQUIRE_COHERENT", "CC_SHARED", "ALLOC_CC_SHARED",
  ]

  /// The last of the names is the start of one, and none itself: the line was broken there. A name
  /// that nobody knows is none of those, since kernels get new ones.
  static func isCut(_ word: Slice) -> Bool {
    var first = word.start + word.count
    while first > word.start, first[-1] != UInt8(ascii: "|") { first -= 1 }
    let count = word.start + word.count - first
    let last = Slice(start: first, count: count)
    return all.contains { name in
      count < name.utf8CodeUnitCount
        && (0..<count).allSatisfy { last.start[$0] == name.utf8Start[$0] }
    }
  }
}

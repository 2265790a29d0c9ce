// SPDX-License-Identifier: GPL-2.0-only

/// A stack of freed IOVAs of one size class, by first frame. Its memory is allocated with
/// the first frame, or belongs to the cache that it was made for.
struct Magazine: ~Copyable {
  /// The count, then the frames.
  private var words: UnsafeMutablePointer<UInt64>?
  private let isLent: Bool

  init() {
    words = nil
    isLent = false
  }

  /// An empty one in words that stay somebody else's, one more than it may hold frames.
  init(lending words: UnsafeMutablePointer<UInt64>) {
    words[0] = 0
    self.words = words
    isLent = true
  }

  deinit { if !isLent { words?.deallocate() } }

  /// Whether the kernel has allocated it: there is memory to be used again.
  var hasMemory: Bool { words != nil }
  var count: Int { words.map { Int($0[0]) } ?? 0 }
  var isEmpty: Bool { count == 0 }

  /// The frame at `index`, below `count`; 0 is the one that has waited longest.
  subscript(index: Int) -> UInt64 { words![1 + index] }

  mutating func clear() { words?[0] = 0 }

  mutating func push(_ frame: UInt64) {
    let words = self.words ?? allocate()
    words[0] += 1
    words[Int(words[0])] = frame
  }

  /// Takes the topmost frame that is not above `limit`; the top one fills its place. 0 when all are
  /// above.
  mutating func pop(atMost limit: UInt64) -> UInt64 {
    guard let words else { return 0 }
    let top = Int(words[0])
    var index = top
    while index > 0 && words[index] > limit { index -= 1 }
    if index == 0 { return 0 }
    let frame = words[index]
    words[index] = words[top]
    words[0] -= 1
    return frame
  }

  private mutating func allocate() -> UnsafeMutablePointer<UInt64> {
    let made = UnsafeMutablePointer<UInt64>.allocate(capacity: MagazineMaker.usualCapacity + 1)
    made[0] = 0
    words = made
    return made
  }
}

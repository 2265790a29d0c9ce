// SPDX-License-Identifier: GPL-2.0-only

/// A stack of up to 127 freed IOVAs of one size class, by first frame. A handle on memory that
/// `MagazineCache` owns.
struct Magazine: Equatable {
  /// IOVA_MAG_SIZE
  static let capacity = 127

  /// The count, then the frames.
  private let words: UnsafeMutablePointer<UInt64>

  /// An empty magazine in new memory.
  static func allocate() -> Magazine {
    let magazine = Magazine(words: .allocate(capacity: capacity + 1))
    magazine.clear()
    return magazine
  }

  func deallocate() { words.deallocate() }

  var count: Int { Int(words[0]) }
  var isEmpty: Bool { words[0] == 0 }
  var isFull: Bool { words[0] == UInt64(Magazine.capacity) }

  subscript(index: Int) -> UInt64 { words[1 + index] }

  func clear() { words[0] = 0 }

  func push(_ frame: UInt64) {
    words[0] += 1
    words[Int(words[0])] = frame
  }

  /// Takes the topmost frame that is not above `limit`; the top one fills its place. 0 when all are
  /// above.
  func pop(atMost limit: UInt64) -> UInt64 {
    let top = Int(words[0])
    var index = top
    while index > 0 && words[index] > limit { index -= 1 }
    if index == 0 { return 0 }
    let frame = words[index]
    words[index] = words[top]
    words[0] -= 1
    return frame
  }
}

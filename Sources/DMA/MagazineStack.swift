// SPDX-License-Identifier: GPL-2.0-only

/// Magazines, last in, first out.
struct MagazineStack: ~Copyable {
  private(set) var count = 0
  private var capacity = 0
  private var magazines: UnsafeMutablePointer<Magazine>?

  deinit {
    magazines?.deinitialize(count: count)
    magazines?.deallocate()
  }

  /// Below `count`, from the bottom.
  subscript(index: Int) -> UnsafeMutablePointer<Magazine> { magazines! + index }

  mutating func push(_ magazine: consuming Magazine) {
    if count == capacity { grow() }
    (magazines! + count).initialize(to: magazine)
    count += 1
  }

  mutating func pop() -> Magazine? {
    guard count > 0, let magazines else { return nil }
    count -= 1
    return (magazines + count).move()
  }

  private mutating func grow() {
    capacity = max(8, capacity * 2)
    let larger = UnsafeMutablePointer<Magazine>.allocate(capacity: capacity)
    if let magazines {
      larger.moveInitialize(from: magazines, count: count)
      magazines.deallocate()
    }
    magazines = larger
  }
}

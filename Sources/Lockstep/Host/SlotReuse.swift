// SPDX-License-Identifier: GPL-2.0-only
import Log

/// Freed slots that wait to be handed out again, the one that was freed first before others.
final class SlotReuse {
  /// So many slots are handed out before one is for the second time.
  static let begin = 16384

  private let ring: UnsafeMutablePointer<Int32>
  private var first = 0
  private var count = 0

  init() { ring = .allocate(capacity: ArenaLayout.slotCount) }

  deinit { ring.deallocate() }

  func add(_ slot: Int) {
    ring[(first + count) % ArenaLayout.slotCount] = Int32(slot)
    count += 1
  }

  func take() -> Int? {
    guard count > 0 else { return nil }
    defer {
      first = (first + 1) % ArenaLayout.slotCount
      count -= 1
    }
    return Int(ring[first])
  }

  func removeAll() { (first, count) = (0, 0) }
}

// SPDX-License-Identifier: GPL-2.0-only
import Log

/// Freed slots that wait to be handed out again, the one that was freed last before others: it is the
/// likeliest to be in a cache still.
final class SlotReuse {
  /// So many slots are handed out before one is for the second time.
  static let begin = 256

  private let stack: UnsafeMutablePointer<Int32>
  private var count = 0

  init() { stack = .allocate(capacity: ArenaLayout.slotCount) }

  deinit { stack.deallocate() }

  func add(_ slot: Int) {
    stack[count] = Int32(slot)
    count += 1
  }

  func take() -> Int? {
    guard count > 0 else { return nil }
    count -= 1
    return Int(stack[count])
  }

  func removeAll() { count = 0 }
}

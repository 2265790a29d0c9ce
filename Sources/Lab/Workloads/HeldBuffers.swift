// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage

/// A buffer that is mapped now.
struct HeldBuffer: BitwiseCopyable {
  var handle: UInt16 = 0
  var cpu: UInt8 = 0
  /// It was mapped in two steps.
  var isTwoStep = false
  /// Bytes.
  var length: UInt64 = 0
}

/// Buffers that are mapped, oldest first, and the handles that are not in use. Room for all of them is
/// taken once.
struct HeldBuffers: ~Copyable {
  private let ring: UnsafeMutablePointer<HeldBuffer>
  private let free: UnsafeMutablePointer<UInt16>
  private let capacity: Int
  private var first = 0
  private var freeCount: Int
  private(set) var count = 0

  /// At most `capacity` at a time, with handles from `handle` on.
  init(_ capacity: Int, firstHandle: Int = 0) {
    self.capacity = capacity
    ring = .allocate(capacity: capacity)
    free = .allocate(capacity: capacity)
    for index in 0..<capacity {
      free[index] = UInt16(truncatingIfNeeded: firstHandle + capacity - 1 - index)
    }
    freeCount = capacity
  }

  deinit {
    ring.deallocate()
    free.deallocate()
  }

  var isFull: Bool { count == capacity }

  /// Takes a handle, for ``add(_:)``.
  mutating func takeHandle() -> UInt16 {
    freeCount -= 1
    return free[freeCount]
  }

  mutating func add(_ buffer: HeldBuffer) {
    ring[(first + count) % capacity] = buffer
    count += 1
  }

  /// Takes out one of the `window` oldest.
  mutating func take(_ random: inout SeededRandom, window: Int) -> HeldBuffer {
    let offset = random.below(min(max(window, 1), count))
    let place = (first + offset) % capacity
    let buffer = ring[place]
    ring[place] = ring[first]
    first = (first + 1) % capacity
    count -= 1
    free[freeCount] = buffer.handle
    freeCount += 1
    return buffer
  }
}

/// Memory that buffers are made of: 15 GiB from 1 GiB on, in which no table lies.
enum BufferMemory {
  private static let first: UInt64 = 1 << 30
  private static let pages = 15 << 18

  /// A page of 4 KiB.
  static func page(_ random: inout SeededRandom) -> UInt64 {
    first + UInt64(random.below(pages - 512)) << 12
  }

  /// A block of `1 << sizeLog2` bytes, aligned to its size, above all tables (64 GiB and more).
  static func block(_ random: inout SeededRandom, sizeLog2: UInt64) -> UInt64 {
    let count = 1 << (38 - sizeLog2)
    return 1 << 36 + UInt64(random.below(count)) << sizeLog2
  }
}

/// Lets time pass: a `tick` of 1 ms after so many events.
struct Pace {
  private let rate: UInt64
  private var events: UInt64 = 0

  /// `rate` events a millisecond.
  init(_ rate: UInt64) { self.rate = rate }

  mutating func count(_ out: inout LoweredScenario) {
    events += 1
    guard events >= rate else { return }
    events = 0
    out.append(.tick(milliseconds: 1))
  }
}

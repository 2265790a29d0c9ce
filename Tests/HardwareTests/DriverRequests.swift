// SPDX-License-Identifier: GPL-2.0-only
import Hardware

/// Calls of a driver as a page table makes them and as it would not: gathers with and without levels,
/// maps, all sorts of lengths, at both ends of the space and at what drivers take for edges.
struct DriverRequests {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }

  private mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

  /// A number of bytes: pages, powers of two, leaves' sizes, and any.
  private mutating func length() -> UInt64 {
    switch below(6) {
    case 0: return (below(40) + 1) << 12
    case 1: return 1 << (12 + below(52))
    case 2: return (below(600) + 1) << 12
    case 3: return (below(16) + 1) << [12, 16, 21, 30, 39][Int(below(5))]
    case 4: return max(1, next() >> below(63))
    default: return max(1 << 12, (next() >> below(52)) & ~0xfff)
    }
  }

  private mutating func address() -> UInt64 {
    let edge = [38, 39, 47, 48, 51, 52, 56, 63][Int(below(8))]
    switch below(6) {
    case 0: return below(64) << 12
    case 1: return 0 &- (below(1000) + 1) << 12
    case 2: return (1 << UInt64(edge)) &- below(64) << 12
    case 3: return (next() >> below(52)) & ~0xfff
    case 4: return (next() >> below(52)) & ~0x1f_ffff
    default: return next() >> below(64)
    }
  }

  /// The whole space now and then; else what fits between an address and the end, or ends there.
  mutating func range() -> (first: UInt64, last: UInt64) {
    if below(50) == 0 { return (0, .max) }
    var first = address()
    let length = length()
    if below(8) == 0 { first = 0 &- length }
    let (last, isOver) = first.addingReportingOverflow(length - 1)
    return (first, isOver ? .max : last)
  }

  mutating func call() -> DriverCall {
    let (first, last) = range()
    switch below(20) {
    case 0: return .flushAll
    case 1...4 where last &- first != .max: return .syncMap(first: first, length: last - first + 1)
    case 5: return .changeTop(pa: 0x1000, level: 3)
    default:
      let hasLevels = below(3) != 0
      let tables = hasLevels && below(2) == 0 ? UInt8(below(16)) << 1 : 0
      return .sync(
        Gathered(
          first: first, last: last, leafLevels: hasLevels ? UInt8(below(16)) : 0,
          tableLevels: tables, freesTables: tables != 0 || below(3) == 0))
    }
  }
}

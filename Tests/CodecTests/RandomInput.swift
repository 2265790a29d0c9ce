// SPDX-License-Identifier: GPL-2.0-only

/// SplitMix64, written apart from the product's own.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(upTo count: Int) -> [UInt8] {
    let size = Int.random(in: 0...count, using: &self)
    return (0..<size).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// Random bytes whose codes lean towards exact operations.
  mutating func exactBytes(upTo count: Int) -> [UInt8] {
    var result = bytes(upTo: count)
    for index in stride(from: 8, to: result.count, by: 8) where Bool.random(using: &self) {
      result[index] = UInt8.random(in: 0xe0...0xff, using: &self)
      if index + 7 < result.count, Bool.random(using: &self) { result[index + 7] = 0xe5 }
    }
    return result
  }
}

// SPDX-License-Identifier: GPL-2.0-only

/// The name of a corpus file: the SHA-1 (FIPS 180-4) of its bytes in 40 lower-case hexadecimal
/// digits. libFuzzer names what it finds in the same way, so its files need no renaming.
public struct ContentName: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let words: [UInt32]

  /// The name of a file with these bytes.
  public init(of bytes: [UInt8]) {
    var hash: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    var schedule = [UInt32](repeating: 0, count: 80)
    let message = Self.padded(bytes)
    for block in stride(from: 0, to: message.count, by: 64) {
      for index in 0..<16 {
        let place = block + index * 4
        schedule[index] = message[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
      }
      Self.expand(&schedule)
      Self.compress(schedule, into: &hash)
    }
    words = hash
  }

  /// Whether a file's name is of this form, which says nothing of its content.
  public static func isOfThisForm(_ name: String) -> Bool {
    name.utf8.count == 40
      && name.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  public var description: String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  public static func < (left: ContentName, right: ContentName) -> Bool {
    left.words.lexicographicallyPrecedes(right.words)
  }

  /// A one bit, zeros, and the length in bits (section 5.1.1).
  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    let zeros = (119 - bytes.count % 64) % 64
    let bits = UInt64(bytes.count) * 8
    return bytes + [0x80] + [UInt8](repeating: 0, count: zeros)
      + (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - $0 * 8)) }
  }

  private static func expand(_ schedule: inout [UInt32]) {
    for index in 16..<80 {
      schedule[index] = rotated(
        schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16], 1)
    }
  }

  private static func compress(_ schedule: [UInt32], into hash: inout [UInt32]) {
    var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
    for (index, word) in schedule.enumerated() {
      let (mixed, constant): (UInt32, UInt32) =
        switch index / 20 {
        case 0: (b & c | ~b & d, 0x5a82_7999)
        case 1: (b ^ c ^ d, 0x6ed9_eba1)
        case 2: (b & c | b & d | c & d, 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = rotated(a, 5) &+ mixed &+ e &+ constant &+ word
      (a, b, c, d, e) = (next, a, rotated(b, 30), c, d)
    }
    for (index, value) in [a, b, c, d, e].enumerated() { hash[index] &+= value }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}

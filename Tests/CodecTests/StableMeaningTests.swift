// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// What an input meant once it means for good: corpora are kept for years. The numbers were taken
/// before series and odd shapes had numbers of their own, and never change.
@Suite("Inputs keep their meaning")
struct StableMeaningTests {
  @Test(
    "where every code and every number of the header had one from the beginning",
    arguments: [
      (1, 1_185_096_655_189_525_422), (2, 14_394_632_653_739_027_025),
      (3, 7_045_788_484_491_028_514),
    ] as [(UInt64, UInt64)])
  func assignedCodes(seed: UInt64, expected: UInt64) {
    var random = TestRandom(state: seed)
    var sum = Checksum()
    for round in 0..<200 {
      var bytes = round % 2 == 0 ? random.bytes(upTo: 400) : random.exactBytes(upTo: 400)
      keepToAssigned(&bytes, isCompact: round % 4 < 2)
      sum.add(decode(bytes).text)
    }
    #expect(sum.value == expected)
  }

  /// Words whose first byte is a code of version 1's operations, and a header without what came later.
  private func keepToAssigned(_ bytes: inout [UInt8], isCompact: Bool) {
    if bytes.count > 7 { bytes[7] = isCompact ? 0 : 0xe5 }
    if bytes.count > 1 { bytes[1] &= 0x7f }
    for index in stride(from: 8, to: bytes.count, by: 8) {
      let code = bytes[index]
      if code < 0xe1 || code > 0xf2 { bytes[index] = code & 0x1f }
    }
  }
}

/// FNV-1a, 64 bits.
private struct Checksum {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}

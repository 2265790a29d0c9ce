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

  /// Version 2's, behind the word that names a release. The numbers were taken when all that stands in
  /// Corpus/fuzz had its meaning.
  @Test(
    "of version 2, where every code and every number had one by then",
    arguments: [
      (1, 9_770_090_181_542_045_136), (2, 4_812_113_257_591_944_343),
      (3, 2_508_629_399_287_614_604),
    ] as [(UInt64, UInt64)])
  func assignedCodesOfVersion2(seed: UInt64, expected: UInt64) {
    var random = TestRandom(state: seed)
    var sum = Checksum()
    for round in 0..<200 {
      var bytes = round % 2 == 0 ? random.bytes(upTo: 400) : random.exactBytes(upTo: 400)
      let isCompact = round % 4 < 2
      keepToAssigned(&bytes, isCompact: isCompact, last: 0xfb)
      let header = isCompact ? 8 : bytes.count > 1 && bytes[1] & 8 != 0 ? 56 : 32
      guard bytes.count >= header else { continue }
      let word = [0xd8] + random.bytes(upTo: 7)
      bytes.insert(contentsOf: word + [UInt8](repeating: 0, count: 8 - word.count), at: header)
      let scenario = decode(bytes)
      #expect(scenario.domain.version == 2)
      sum.add(scenario.text)
    }
    #expect(sum.value == expected)
  }

  /// Words whose first byte is a code of version 1's operations, or of all up to `last`, and a header without what came later.
  private func keepToAssigned(_ bytes: inout [UInt8], isCompact: Bool, last: UInt8 = 0xf2) {
    if bytes.count > 7 { bytes[7] = isCompact ? 0 : 0xe5 }
    if bytes.count > 1 { bytes[1] &= 0x7f }
    for index in stride(from: 8, to: bytes.count, by: 8) {
      let code = bytes[index]
      if code < 0xe1 || code > last { bytes[index] = code & 0x1f }
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

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Testing

@Suite struct ContentNameTests {
  /// FIPS 180's own examples, and lengths around the ends of a block (from coreutils' sha1sum).
  @Test(arguments: [
    (0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
    (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
    (63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
    (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    (119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
    (120, "f34c1488385346a55709ba056ddd08280dd4c6d6"),
    (1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
  ])
  func aRunOfOneLetter(_ length: Int, _ expected: String) {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
    #expect(ContentName(of: bytes).description == expected)
  }

  @Test func threeLetters() {
    let name = ContentName(of: Array("abc".utf8)).description
    #expect(name == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(ContentName.isOfThisForm(name))
    #expect(!ContentName.isOfThisForm(name.uppercased()))
    #expect(!ContentName.isOfThisForm("seed-1"))
  }
}

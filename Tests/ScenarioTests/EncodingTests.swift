// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

/// The bytes of a file: UTF-8, line ends, comments, spaces, and lines of any length.
@Suite struct EncodingTests {
  private static let unmap = "unmap 0x0 0x1000"

  /// A byte sequence that is no text, and the offset of the byte that is named.
  static let illFormed: [([UInt8], Int)] = [
    ([0x00], 0), ([0x80], 0), ([0xff], 0), ([0xc3], 0), ([0xc3, 0x28], 0), ([0xc0, 0xaf], 0),
    ([0xe2, 0x82], 0), ([0xe0, 0x9f, 0x80], 0), ([0xed, 0xa0, 0x80], 0),
    ([0xf0, 0x8f, 0x80, 0x80], 0),
    ([0xf4, 0x90, 0x80, 0x80], 0), ([0xf5, 0x80, 0x80, 0x80], 0), ([0xf0, 0x9f, 0x98], 0),
    ([0xe2, 0x82, 0xac, 0xfe], 3), ([0x61, 0xe2, 0x28, 0xa1], 1),
  ]

  @Test(arguments: illFormed)
  func whatIsNotUTF8IsNamedByItsByte(_ bytes: [UInt8], _ offset: Int) {
    let byte = String(bytes[offset], radix: 16)
    for start in ["# ", "\(Self.unmap) # ", "\(Self.unmap) ", "", "= warn # "] {
      let text = Array((Start.domain + start).utf8) + bytes + Array("\n".utf8)
      let expected =
        "case.iopt:3:\(start.utf8.count + offset + 1): error: "
        + "expected UTF-8 text, found the byte 0x\(byte)"
      #expect(faultOfTrace(text) == expected)
      #expect(faultOfScenarios(text) == expected)
    }
  }

  private func operations(_ text: String) throws -> [Operation] {
    let all = try readScenarios(bytes: Array(text.utf8), name: "case.iopt")
    #expect(all.count == 1)
    return all[0].scenario.operations
  }

  /// Other ways of writing one statement.
  static let spellings = [
    "unmap 0x0 0x1000\n", "unmap 0 4096\n", "  unmap   0x0    0x1000   \n",
    "unmap 0x0 0x1000 # a comment\n", "unmap 0x0 0x1000# a comment\n", "unmap 0x0 0x1000#\n",
    "unmap 0x0 0x1000", "unmap 0x0 0x1000 # ends with the file", "\n\nunmap 0x0 0x1000\n\n  \n",
    "# before ‒ ✓\nunmap 0x0 0x1000\n# after\n", "unmap 00 0x00000000000000000001000\n",
    "= nonsense that is skipped\nunmap 0x0 0x1000\n= more\n", "# a\rb\t\nunmap 0x0 0x1000\n",
  ]

  @Test(arguments: spellings) func spacesCommentsAndNumbersAreFree(_ text: String) throws {
    #expect(try operations(Start.domain + text) == [.unmap(iova: 0, length: 0x1000)])
  }

  @Test func theHeaderMayBeSpacedToo() throws {
    let text = "\n # what it is\n  iopt  1  # one\n" + "  domain   oa=56 va=0x27 # and\n"
    let expected = "expected `format=`, found the end of the line"
    #expect(faultOfTrace(Array(text.utf8)) == "case.iopt:4:26: error: \(expected)")
  }

  @Test func aLineMayBeLong() throws {
    let line = "unmap 0x0 0x1000 # \(String(repeating: "x", count: 300_000))\n"
    #expect(
      try operations(Start.domain + line + line)
        == [.unmap(iova: 0, length: 0x1000), .unmap(iova: 0, length: 0x1000)])
  }

  /// The limit does not depend on how the bytes come in, nor on a line end.
  @Test(arguments: ["\n", ""]) func aLineBeyondAllMeasureIsRefused(_ end: String) throws {
    let expected = ":3:4194305: error: expected a line of at most 4194304 bytes"
    for excess in [1, 5_000_000] {
      let text = Start.domain + "#" + String(repeating: "x", count: 4_194_303 + excess) + end
      #expect(faultOfTrace(Array(text.utf8)) == "case.iopt" + expected)
      let packed = Array(text.utf8).withUnsafeBytes { gzipCompressed($0) }
      #expect(faultOfTrace(packed) == "case.iopt" + expected)
    }
  }

  @Test func aLongWordIsCutInTheMessage() {
    let text = Start.domain + String(repeating: "x", count: 100) + "\n"
    let word = String(repeating: "x", count: 40)
    #expect(
      faultOfTrace(Array(text.utf8))
        == "case.iopt:3:1: error: expected an operation, `iopt` or an observation, found `\(word)…`"
    )
  }

  @Test func statementsAreCountedAcrossBuffers() throws {
    var text = Start.domain
    for _ in 0..<20_000 { text += "unmap 0x0 0x1000 # \n" }
    #expect(try operations(text).count == 20_000)
    text += "unmap 0x0\n"
    #expect(
      faultOfTrace(Array(text.utf8))
        == "case.iopt:20003:10: error: expected a length in bytes, found the end of the line")
  }
}

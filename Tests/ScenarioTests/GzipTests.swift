// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import ScenarioLanguage
import Testing

/// Compressed files: recognised by their bytes, whatever their name; every damage is told.
@Suite struct GzipTests {
  private static let text =
    Start.domain
    + (0..<400).map { "unmap \($0 * 4096) 0x\(String($0 &* 2_654_435_761 % 65521, radix: 16))\n" }
    .joined()
  private static let packed = compressed(text)

  private static func compressed(_ text: String) -> [UInt8] {
    Array(text.utf8).withUnsafeBytes { gzipCompressed($0) }
  }

  private func operationCount(_ bytes: [UInt8]) throws -> Int {
    try readScenarios(bytes: bytes, name: "case.iopt.gz").reduce(0) {
      $0 + $1.scenario.operations.count
    }
  }

  @Test func compressedTextIsReadAsItIs() throws {
    #expect(Self.packed.count < Self.text.utf8.count)
    #expect(
      try readScenarios(bytes: Self.packed, name: "x")
        == readScenarios(bytes: Array(Self.text.utf8), name: "x"))
  }

  @Test func equalTextGivesEqualBytes() {
    #expect(Self.compressed(Self.text) == Self.packed)
  }

  @Test func membersFollowOneAnother() throws {
    #expect(try operationCount(Self.packed + Self.packed) == 800)
    let halves = [Self.text.prefix(2000), Self.text.dropFirst(2000)].map(String.init)
    #expect(try operationCount(halves.flatMap(Self.compressed)) == 400)
  }

  @Test func anEmptyMemberIsAnEmptyFile() {
    #expect(
      faultOfTrace(Self.compressed(""))
        == "case.iopt:1:1: error: expected `iopt 1`, found the end of the file")
  }

  @Test func everyTruncationIsTold() {
    for count in 2..<Self.packed.count {
      let expected =
        "case.iopt: error: gzip: expected more compressed data, found the end of the file"
        + " (at compressed offset \(count))"
      #expect(faultOfTrace(Array(Self.packed[..<count])) == expected)
    }
  }

  /// A part of the file, where a byte of it is, and what is said when that byte is wrong.
  static let damages: [(region: String, offset: Int, message: String)] = [
    ("method", 2, "corrupt data: unknown compression method"),
    ("flags", 3, "corrupt data: unknown header flags set"),
    ("checksum", packed.count - 8, "corrupt data: incorrect data check"),
    ("length", packed.count - 4, "corrupt data: incorrect length check"),
  ]

  @Test(arguments: damages)
  func aWrongByteInTheFrameIsTold(_ region: String, _ offset: Int, _ message: String) {
    var bytes = Self.packed
    bytes[offset] ^= 0xf0
    let fault = faultOfTrace(bytes)
    #expect(fault?.hasPrefix("case.iopt: error: gzip: \(message) (at compressed offset ") == true)
  }

  @Test func aWrongByteAnywhereInTheDataIsTold() {
    for offset in 10..<Self.packed.count {
      var bytes = Self.packed
      bytes[offset] ^= 0x55
      #expect(faultOfTrace(bytes) != nil, "at \(offset)")
    }
  }

  @Test func otherBytesBehindAreTold() {
    #expect(
      faultOfTrace(Self.packed + Array("more".utf8))
        == "case.iopt: error: gzip: expected the end of the file or another gzip member, found"
        + " other bytes (at compressed offset \(Self.packed.count))")
    #expect(faultOfTrace(Self.packed + [0x1f])?.contains("found the end of the file") == true)
    #expect(faultOfTrace(Self.packed + [0x1f, 0x00])?.contains("incorrect header check") == true)
  }

  @Test func theMagicAloneIsNoText() {
    #expect(
      faultOfTrace([0x1f]) == "case.iopt:1:1: error: expected `iopt 1`, found `\u{fffd}`")
    #expect(
      faultOfTrace([0x1f, 0x8b])?.contains("expected more compressed data") == true)
  }

  @Test func namesDoNotDecide() throws {
    let folder = try ScratchFolder()
    try Data(Self.packed).write(to: URL(fileURLWithPath: folder("plain.iopt")))
    try Data(Self.text.utf8).write(to: URL(fileURLWithPath: folder("packed.iopt.gz")))
    for name in ["plain.iopt", "packed.iopt.gz"] {
      #expect(try readScenarios(path: folder(name))[0].scenario.operations.count == 400)
    }
  }

  @Test func whatIsWrittenCompressedReadsBack() throws {
    let folder = try ScratchFolder()
    var buffer = TextBuffer()
    buffer.append(Self.text)
    for name in ["out.iopt", "out.iopt.gz"] {
      var output = try FileOutput(path: folder(name))
      try output.append(buffer.bytes)
      try output.commit()
      #expect(try readScenarios(path: folder(name))[0].scenario.operations.count == 400)
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: folder("out.iopt.gz")))
    #expect(Array(data) == Self.packed)
  }

  @Test func filesThatCannotBeReadAreNamed() throws {
    let folder = try ScratchFolder()
    for (path, reason) in [
      (folder("nowhere"), "cannot open: No such file or directory"),
      (folder(""), "cannot read: Is a directory"),
    ] {
      let error = #expect(throws: ScenarioError.self) { try readScenarios(path: path) }
      #expect(error?.description == "\(path): error: \(reason)")
    }
  }
}

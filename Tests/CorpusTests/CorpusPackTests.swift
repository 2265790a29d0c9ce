// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

@Suite struct CorpusPackTests {
  private let scratch: Scratch
  private let inputs = [
    sampleInput(0x1000), sampleInput(0x2000, pages: 512),
    CorpusInput(name: "named by hand", bytes: [1, 2, 3]), CorpusInput(name: "empty", bytes: []),
  ]

  init() throws { scratch = try Scratch() }

  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test(arguments: ["c.pack", "c.gz"])
  func whatIsPackedComesBack(_ name: String) throws {
    try CorpusPack(inputs).write(to: scratch(name))
    #expect(try CorpusPack(path: scratch(name)).inputs == inputs)
    let first = try bytes(scratch(name))
    #expect(first.starts(with: [0x1f, 0x8b]))
    try CorpusPack(inputs).write(to: scratch(name))
    #expect(try bytes(scratch(name)) == first)
  }

  @Test func aFileThatIsCutAnywhereIsRefused() throws {
    try CorpusPack(inputs).write(to: scratch("whole"))
    let whole = try bytes(scratch("whole"))
    for length in whole.indices {
      try Data(whole[..<length]).write(to: URL(fileURLWithPath: scratch("cut")))
      #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("cut")) }
    }
  }

  /// A few bits mean nothing: the time, the system and some flags in gzip's header (RFC 1952), bits
  /// that fill the last byte of the data, a distance at which the same bytes are found (RFC 1951).
  @Test func aChangedBitIsRefusedOrChangesNothingThatWasPacked() throws {
    try CorpusPack(inputs).write(to: scratch("whole"))
    let whole = try bytes(scratch("whole"))
    let header = 10
    let checksums = whole.count - 8
    var accepted = 0
    for place in whole.indices {
      for bit in 0..<8 {
        var changed = whole
        changed[place] ^= 1 << UInt8(bit)
        try Data(changed).write(to: URL(fileURLWithPath: scratch("changed")))
        guard let pack = try? CorpusPack(path: scratch("changed")) else { continue }
        #expect(pack.inputs == inputs)
        #expect(place < checksums)
        if place >= header { accepted += 1 }
      }
    }
    #expect(accepted < (checksums - header) * 8 / 50)
  }

  /// Without gzip's checksum, each input's own still tells.
  @Test func eachInputIsChecked() throws {
    var plain = CorpusPack([CorpusInput(name: "x", bytes: [1, 2, 3])]).bytes
    try Data(plain).write(to: URL(fileURLWithPath: scratch("plain")))
    #expect(try CorpusPack(path: scratch("plain")).inputs.count == 1)
    plain[plain.count - 1] = 4
    try Data(plain).write(to: URL(fileURLWithPath: scratch("plain")))
    let error = #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("plain")) }
    #expect(error?.message.contains("'x' does not match its checksum") == true)
    try Data(plain + [0]).write(to: URL(fileURLWithPath: scratch("plain")))
    #expect(throws: ScenarioError.self) { try CorpusPack(path: scratch("plain")) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// Writes that fail, as on a full disk: here at a limit on the size of a file.
@Suite struct CorpusFullDiskTests {
  /// In blocks of 512 bytes.
  private static let limit = "ulimit -f 8; exec "
  private let scratch: Scratch
  private let small = sampleInput(0x1000)
  /// Larger than the limit, and incompressible: many lookups at random addresses.
  private let large: CorpusInput

  init() throws {
    scratch = try Scratch()
    var random = SplitMix(state: 1)
    let domain = DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3)
    let lookups = (0..<2048).map { _ in Operation.iovaToPhys(iova: random.next() >> 16) }
    large = named(encode(Scenario(domain: domain, operations: lookups)))
  }

  private func errors() throws -> String {
    try String(contentsOfFile: scratch("errors"), encoding: .utf8)
  }

  private func fails(_ command: String) throws {
    // 8 blocks, with room for what compression may still save.
    try #require(large.bytes.count > 2 * 8 * 512)
    #expect(try Tool.status(Self.limit + command, errors: scratch("errors")) == 2)
    #expect(try errors().contains("cannot write: File too large"))
  }

  @Test func packingKeepsTheOldFile() throws {
    let folder = try scratch.corpus("c", [small, large])
    let old = CorpusPack([small])
    try old.write(to: scratch("pack"))
    try fails("iopt corpus pack \(folder.path) -o \(scratch("pack"))")
    #expect(try CorpusPack(path: scratch("pack")) == old)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(Set(names) == ["c", "pack", "errors"])
  }

  @Test func unpackingLeavesWholeFilesOnly() throws {
    try CorpusPack([small, large]).write(to: scratch("pack"))
    try fails("iopt corpus unpack \(scratch("pack")) \(scratch("c"))")
    let folder = try CorpusFolder(scratch("c"))
    #expect(try folder.inputs() == [small])
    #expect(try folder.listing().leftovers == [])
    #expect(try Tool.status("iopt corpus unpack \(scratch("pack")) \(folder.path)") == 0)
    let inputs = try folder.inputs()
    #expect(Set(inputs.map(\.name)) == [small.name, large.name])
  }

  @Test func mergingKeepsWhatWasThere() throws {
    let folder = try scratch.corpus("c", [small])
    _ = try scratch.corpus("source", [large])
    try fails("iopt corpus merge \(folder.path) \(scratch("source")) --left reference")
    #expect(try folder.inputs() == [small])
    #expect(try folder.listing().leftovers == [])
  }

  @Test func unpackingOverOtherBytesChangesNothing() throws {
    try CorpusPack([CorpusInput(name: "a", bytes: [1]), small]).write(to: scratch("pack"))
    let folder = try scratch.corpus("c", [CorpusInput(name: "a", bytes: [2])])
    #expect(try Tool.status("iopt corpus unpack \(scratch("pack")) \(folder.path)") == 2)
    #expect(try folder.inputs() == [CorpusInput(name: "a", bytes: [2])])
  }
}

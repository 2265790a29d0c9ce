// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Testing

/// What a fuzzer leaves that was killed while it wrote: libFuzzer creates a file under its final
/// name and writes it then.
@Suite struct CorpusSweepTests {
  private let scratch: Scratch
  private let folder: CorpusFolder
  private let small = sampleInput(0x1000)
  private let large = sampleInput(0x20_0000, pages: 512)
  private var cut: [UInt8] { Array(large.bytes.dropLast(9)) }

  init() throws {
    scratch = try Scratch()
    folder = try scratch.corpus("c", [small])
  }

  private func put(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: scratch("c/\(name)")))
  }

  private func leaveAll() throws {
    try put(large.name, cut)
    try put(String(repeating: "0", count: 40), [])
    try put("x.tmp-17", [1])
  }

  @Test func emptyFilesGoAndCutOnesAreNamedByWhatTheyHold() throws {
    try leaveAll()
    let swept = try folder.sweep()
    #expect(swept.leftovers == ["x.tmp-17"])
    #expect(swept.empties == [String(repeating: "0", count: 40)])
    #expect(swept.renamed == [large.name])
    let expected = [small, named(cut)].sorted { $0.name < $1.name }
    #expect(try folder.inputs() == expected)
    #expect(try folder.sweep().isEmpty)
  }

  @Test func aDryRunChangesNothing() throws {
    try leaveAll()
    let before = try FolderContents(of: folder.path)
    let told = try folder.sweep(dryRun: true)
    #expect(try FolderContents(of: folder.path) == before)
    #expect(try folder.sweep() == told)
  }

  /// A name that another broken file has is not taken before that one was looked at.
  @Test func noFileTakesThePlaceOfOneThatIsBroken() throws {
    let first = named(Array(large.bytes.dropLast(1)))
    try put(large.name, first.bytes)
    try put(first.name, cut)
    while try !folder.sweep().isEmpty {}
    #expect(try scratch.scenarios("c") == [small.bytes, first.bytes, cut])
    #expect(try folder.inputs().allSatisfy(\.isIntact))
  }

  @Test func whatIsThereAlreadyIsThereOnce() throws {
    try put(large.name, small.bytes)
    #expect(try folder.sweep().renamed == [large.name])
    #expect(try folder.inputs() == [small])
  }

  /// Only the names that libFuzzer gives say what is in a file.
  @Test func filesWithOtherNamesAreLeftAlone() throws {
    try put("empty", [])
    try put("by hand", [1])
    try put("da39a3ee5e6b4b0d3255bfef95601890afd80709", [])
    #expect(try folder.sweep().isEmpty)
    #expect(try folder.listing().inputs.count == 4)
  }

  /// A fuzzer that is at work has just created the file.
  @Test func aFileThatIsBeingWrittenStays() throws {
    try put(large.name, [])
    let (path, bytes) = (scratch("c/\(large.name)"), large.bytes)
    let writer = Thread {
      usleep(50_000)
      try? Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    writer.start()
    #expect(try folder.sweep().isEmpty)
    #expect(try folder.read(large.name) == large.bytes)
  }

  @Test func checkTellsWhatPruneWillPutInOrder() throws {
    try leaveAll()
    let check = "iopt corpus check \(folder.path) --left reference > \(scratch("output"))"
    #expect(try Tool.status(check) == 1)
    let output = try String(contentsOfFile: scratch("output"), encoding: .utf8)
    #expect(output.contains("0000: empty: its writer was stopped; iopt corpus prune removes it\n"))
    #expect(output.contains("damaged: its bytes do not match its name; iopt corpus prune renames"))
    let prune = "iopt corpus prune \(folder.path) --left reference > \(scratch("output"))"
    #expect(try Tool.status(prune) == 0)
    #expect(
      try String(contentsOfFile: scratch("output"), encoding: .utf8).hasSuffix(
        ": put in order: 1 leftovers of stopped writers removed, 1 empty files removed,"
          + " 1 files named by their checksum again\n"))
    #expect(try Tool.status(check) == 0)
  }
}

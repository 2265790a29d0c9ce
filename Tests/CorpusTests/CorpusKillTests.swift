// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// kill -9 at every operation of a verb that changes a corpus: only whole files are left, nothing
/// that was there is lost, every verb works on what is left, and the same command ends the work.
@Suite struct CorpusKillTests {
  private let scratch: Scratch
  private let points: FailPoints
  private let old = [sampleInput(0x1000), sampleInput(0x20_0000, pages: 512)]
  private let new = randomInputs(seed: 1, count: 3)
  private let sides = "--left reference"

  init() throws {
    scratch = try Scratch()
    points = try FailPoints(in: scratch)
  }

  /// A folder that holds `inputs` and nothing else.
  private func refill(_ name: String, _ inputs: [CorpusInput]) throws {
    try? FileManager.default.removeItem(atPath: scratch(name))
    _ = try scratch.corpus(name, inputs)
  }

  /// Every verb does its work on the corpus `c` as it is. It stays as it is.
  private func everyVerbWorks() throws {
    let folder = try CorpusFolder(scratch("c"))
    let inputs = try folder.inputs()
    let leftovers = try folder.listing().leftovers
    func works(_ command: String, status: Int32 = 0) throws {
      #expect(try Tool.status("iopt corpus \(command)") == status, "\(command)")
    }
    try works("stats \(folder.path) \(sides)")
    try works("check \(folder.path) \(sides)", status: leftovers.isEmpty ? 0 : 1)
    try works("pack \(folder.path) -o \(scratch("all.pack"))")
    #expect(try CorpusPack(path: scratch("all.pack")).inputs == inputs)
    try refill("copy", [])
    try works("unpack \(scratch("all.pack")) \(scratch("copy"))")
    #expect(try CorpusFolder(scratch("copy")).inputs() == inputs)
    try refill("merged", [])
    try works("merge \(scratch("merged")) \(folder.path) \(sides)")
    try FileManager.default.removeItem(atPath: scratch("copy"))
    try FileManager.default.copyItem(atPath: folder.path, toPath: scratch("copy"))
    try works("prune \(scratch("copy")) --keep-behaviour \(sides)")
    try works("check \(scratch("copy")) \(sides)")
    #expect(try scenarios("copy") == scenarios("c"))
  }

  private func scenarios(_ name: String) throws -> Set<[UInt8]> {
    try Set(CorpusFolder(scratch(name)).inputs().map(\.bytes))
  }

  @Test func packingThatIsKilledLeavesTheOldFileOrTheNew() throws {
    try refill("c", new)
    let job = FailPoints.Job(
      command: "iopt corpus pack \(scratch("c")) -o \(scratch("packs/pack"))",
      folder: scratch("packs")
    ) {
      try refill("packs", [])
      try CorpusPack(old).write(to: scratch("packs/pack"))
    }
    let tally = try points.kill(job, "corpus pack") { _ in
      let left = try CorpusPack(path: scratch("packs/pack")).inputs
      #expect(left == old || left.count == new.count)
    }
    #expect(tally.operations == ["open", "write", "fsync", "rename", "fsync"])
    try points.fail(job, "corpus pack")
  }

  @Test func unpackingThatIsKilledLeavesWholeFiles() throws {
    try CorpusPack(new).write(to: scratch("pack"))
    let job = FailPoints.Job(
      command: "iopt corpus unpack \(scratch("pack")) \(scratch("c"))", folder: scratch("c")
    ) { try refill("c", old) }
    let tally = try points.kill(job, "corpus unpack") { _ in
      try everyVerbWorks()
      #expect(try scenarios("c").isSuperset(of: old.map(\.bytes)))
    }
    #expect(tally.operations.count { $0 == "rename" } == new.count)
    try points.fail(job, "corpus unpack")
  }

  @Test func unpackingIntoANewFolderThatIsKilledLeavesWholeFiles() throws {
    try CorpusPack(old).write(to: scratch("pack"))
    let job = FailPoints.Job(
      command: "iopt corpus unpack \(scratch("pack")) \(scratch("made/c"))",
      folder: scratch("made")
    ) { try refill("made", []) }
    let tally = try points.kill(job, "corpus unpack to a new folder")
    #expect(tally.operations.first == "mkdir")
    try points.fail(job, "corpus unpack to a new folder")
  }

  @Test func mergingThatIsKilledLosesNothing() throws {
    try refill("source", new)
    let source = try FolderContents(of: scratch("source"))
    let job = FailPoints.Job(
      command: "iopt corpus merge \(scratch("c")) \(scratch("source")) \(sides)",
      folder: scratch("c")
    ) { try refill("c", old) }
    let tally = try points.kill(job, "corpus merge") { _ in
      try everyVerbWorks()
      #expect(try scenarios("c").isSuperset(of: old.map(\.bytes)))
    }
    #expect(tally.operations.count { $0 == "rename" } > 1)
    try points.fail(job, "corpus merge")
    #expect(try FolderContents(of: scratch("source")) == source)
  }

  /// Copies and a leftover go one by one; of each scenario one stays.
  @Test func pruningThatIsKilledKeepsEveryScenario() throws {
    let copies = new.map { CorpusInput(name: "copy-of-\($0.name)", bytes: $0.bytes) }
    let prune = "iopt corpus prune \(scratch("c")) --keep-behaviour \(sides)"
    let job = FailPoints.Job(command: prune, folder: scratch("c")) {
      try refill("c", new + copies)
      try Data([1]).write(to: URL(fileURLWithPath: scratch("c/x.tmp-17")))
    }
    let tally = try points.kill(job, "corpus prune") { _ in
      try everyVerbWorks()
      #expect(try scenarios("c") == Set(new.map(\.bytes)))
    }
    #expect(tally.operations.count { $0 == "unlink" } == copies.count + 1)
    #expect(try CorpusFolder(scratch("c")).listing().leftovers == [])
    #expect(try CorpusFolder(scratch("c")).inputs().count == new.count)
    let withoutLeftover = FailPoints.Job(command: prune, folder: scratch("c")) {
      try refill("c", new + copies)
    }
    try points.fail(withoutLeftover, "corpus prune")
  }
}

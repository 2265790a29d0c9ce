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

  private func refill(_ name: String, _ inputs: [CorpusInput]) throws {
    try scratch.refill(name, inputs)
  }

  private func everyVerbWorks() throws { try scratch.everyVerbWorks(on: "c", sides) }

  private func scenarios(_ name: String) throws -> Set<[UInt8]> { try scratch.scenarios(name) }

  /// Puts into `c` what a fuzzer leaves that was killed: a file that it had not written yet, and two
  /// that it was writing. Returns what the two hold.
  @discardableResult
  private func leaveUnfinished() throws -> Set<[UInt8]> {
    let whole = randomInputs(seed: 7, count: 3)
    let cut = whole.dropFirst().map { Array($0.bytes.dropLast(9)) }
    for (input, bytes) in zip(whole, [[]] + cut) {
      try Data(bytes).write(to: URL(fileURLWithPath: scratch("c/\(input.name)")))
    }
    return Set(cut)
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
      try everyVerbWorks()
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

  /// What a killed fuzzer left is put in order by each verb that writes into a folder, one after the
  /// other; what was cut short is kept.
  @Test(arguments: ["merge", "prune", "unpack"])
  func puttingInOrderThatIsKilledLosesNothing(_ verb: String) throws {
    try refill("source", new)
    try CorpusPack(new).write(to: scratch("pack"))
    let commands = [
      "merge": "merge \(scratch("c")) \(scratch("source")) \(sides)",
      "prune": "prune \(scratch("c")) --keep-behaviour \(sides)",
      "unpack": "unpack \(scratch("pack")) \(scratch("c"))",
    ]
    let job = FailPoints.Job(command: "iopt corpus \(commands[verb]!)", folder: scratch("c")) {
      try refill("c", old)
      try leaveUnfinished()
    }
    try job.prepare()
    let cut = try leaveUnfinished()
    let tally = try points.kill(job, "corpus \(verb) after a kill") { _ in
      try everyVerbWorks()
      #expect(try scenarios("c").isSuperset(of: cut.union(old.map(\.bytes))))
    }
    // Those that write need the folder first.
    let operations = tally.operations.drop { $0 == "mkdir" }
    #expect(operations.prefix(3).sorted() == ["rename", "rename", "unlink"])
    #expect(operations.dropFirst(3).first == "fsync")
    #expect(try CorpusFolder(scratch("c")).sweep(dryRun: true).isEmpty)
    try points.fail(job, "corpus \(verb) after a kill")
  }
}

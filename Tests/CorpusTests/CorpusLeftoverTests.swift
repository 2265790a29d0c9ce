// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// What a stopped writer left is told from what a live one is writing.
@Suite struct CorpusLeftoverTests {
  private let scratch: Scratch
  private let folder: CorpusFolder
  private let small = sampleInput(0x1000)

  init() throws {
    scratch = try Scratch()
    folder = try scratch.corpus("c", [small])
  }

  private func leave(_ name: String) throws {
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: scratch("c/\(name)")))
  }

  private func names() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: scratch("c")))
  }

  @Test func checkTellsAndPruneRemovesWhatAStoppedWriterLeft() throws {
    try leave("x.tmp-17")
    #expect(try Tool.status("iopt corpus check \(folder.path) --left reference") == 1)
    #expect(try Tool.status("iopt corpus prune \(folder.path) --left reference --dry-run") == 0)
    #expect(try names() == [small.name, "x.tmp-17"])
    #expect(try Tool.status("iopt corpus prune \(folder.path) --left reference") == 0)
    #expect(try names() == [small.name])
    #expect(try Tool.status("iopt corpus check \(folder.path) --left reference") == 0)
  }

  @Test func whatIsBeingWrittenStays() throws {
    var text = TextBuffer()
    text.append("whole")
    var file = try FileOutput(path: scratch("c/new"))
    try file.append(text.bytes)
    #expect(try folder.listing().leftovers == [])
    #expect(try Tool.status("iopt corpus check \(folder.path) --left reference") == 0)
    #expect(try Tool.status("iopt corpus prune \(folder.path) --left reference") == 0)
    #expect(try names().count == 2)
    try file.commit()
    #expect(try folder.read("new") == Array("whole".utf8))
  }

  /// As in containers, where every writer may be process 7.
  @Test func aLeftoverOfTheSameProcessNumberIsNoObstacle() throws {
    try leave("new.tmp-\(getpid())")
    try folder.write(small.bytes, as: "new")
    #expect(try names() == [small.name, "new"])
  }

  @Test func twoWritersOfOneFileDoNotMeet() throws {
    let first = try FileOutput(path: scratch("c/new"))
    try folder.write([2], as: "new")
    #expect(try folder.read("new") == [2])
    try first.commit()
    #expect(try folder.read("new") == [])
    #expect(try names() == [small.name, "new"])
  }

  @Test func onlyTheWholeFormIsALeftover() throws {
    for name in ["a.tmp-", "a.tmp-x", "tmp-1", "a.tmp-1x"] { try leave(name) }
    #expect(try folder.listing().leftovers == [])
    #expect(try folder.listing().inputs.count == 5)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// kill -9 at every operation of the other verbs that write files: what bears a final name is the
/// old file or the whole new one.
@Suite struct WriterKillTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  private static let disjoint =
    "\(root)/Corpus/reproducers/gather-original-forgets-the-disjoint-range.iopt"
  private static let other =
    "\(root)/Corpus/reproducers/gather-always-add-fills-a-queued-gather.iopt"
  private static let trace = "\(root)/Corpus/kernel/pt/directed-riscv-4k.iopt.gz"

  private let scratch: Scratch
  private let points: FailPoints

  init() throws {
    scratch = try Scratch()
    points = try FailPoints(in: scratch)
  }

  /// Verbs that write `F/out` or `F/out.gz`, where F is a folder that holds both.
  static let writers = [
    "record \(trace) -o F/out", "record \(trace) -o F/out.gz", "generate --count 200 -o F/out",
    "generate --count 200 -o F/out.gz", "encode \(disjoint) -o F/out",
    "show \(root)/README.md -o F/out",
    "minimize \(disjoint) --left reference,gather=original -o F/out",
  ]

  private func endEverywhere(_ verb: String, status: Int32 = 0) throws -> FailPoints.Tally {
    let name = String(verb.prefix { $0 != " " })
    let job = FailPoints.Job(
      command: "iopt " + verb.replacing("F/", with: scratch("f/")), folder: scratch("f"),
      status: status
    ) {
      try? FileManager.default.removeItem(atPath: scratch("f"))
      _ = try scratch.corpus("f", [])
      for file in ["out", "out.gz"] {
        try Data("old".utf8).write(to: URL(fileURLWithPath: scratch("f/\(file)")))
      }
    }
    let tally = try points.kill(job, name)
    try points.fail(job, name)
    return tally
  }

  @Test(arguments: writers) func aFileIsTheOldOneOrTheNew(_ verb: String) throws {
    let tally = try endEverywhere(verb)
    #expect(tally.operations.first == "open")
    #expect(tally.operations.suffix(2) == ["fsync", "rename"])
    if verb.hasPrefix("generate") { #expect(tally.operations.count > 4, "one write only") }
  }

  @Test func encodingIntoAFolderLeavesWholeInputs() throws {
    let tally = try endEverywhere("encode \(Self.disjoint) \(Self.other) --directory F/")
    #expect(tally.operations.count { $0 == "rename" } == 2)
  }

  @Test func aSweepKeepsWholeScenarios() throws {
    let tally = try endEverywhere(
      "sweep exhaustive --depth 2 --format vtdss --left reference,gather=original"
        + " --right reference --artifacts F/kept --reports 2", status: 1)
    #expect(tally.operations.first == "mkdir")
    #expect(tally.operations.count { $0 == "rename" } == 2)
  }
}

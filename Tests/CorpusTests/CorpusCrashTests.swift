// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Scenario
import Testing

/// kill -9 at random times: whole files are left and nothing is lost. `CorpusKillTests` goes through
/// every step; this is about many files and the real time that they take.
@Suite(.serialized) struct CorpusCrashTests {
  private static let rounds = 2
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs a command, kills it once `isTime` holds, and says whether it was killed before its end.
  private func kill(_ command: String, once isTime: () throws -> Bool) throws -> Bool {
    let process = try Tool.start("exec " + command)
    while process.isRunning, try !isTime() {}
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  private func count(_ folder: String) -> Int {
    (try? CorpusFolder(folder).listing().inputs.count) ?? 0
  }

  @Test func unpackingThatIsKilledLeavesWholeFiles() throws {
    let inputs = randomInputs(seed: 1, count: 80)
    let whole = Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.bytes) })
    try CorpusPack(inputs).write(to: scratch("pack"))
    var random = SplitMix(state: 1)
    var killed = 0
    for round in 0..<Self.rounds {
      let folder = scratch("unpacked-\(round)")
      let enough = Int.random(in: 1..<70, using: &random)
      let command = "iopt corpus unpack \(scratch("pack")) \(folder)"
      if try kill(command, once: { count(folder) >= enough }) { killed += 1 }
      for input in try CorpusFolder(folder).inputs() { #expect(whole[input.name] == input.bytes) }
      #expect(try Tool.status(command) == 0)
      let names = try CorpusFolder(folder).listing().inputs
      #expect(Set(names) == Set(whole.keys))
    }
    #expect(killed > 0)
  }

  @Test func mergingThatIsKilledLosesNothing() throws {
    let old = randomInputs(seed: 2, count: 20)
    _ = try scratch.corpus("source", randomInputs(seed: 3, count: 80))
    _ = try scratch.corpus("whole", old)
    let merge = "--left reference"
    let all = try Tool.status("iopt corpus merge \(scratch("whole")) \(scratch("source")) \(merge)")
    #expect(all == 0)
    let expected = try CorpusFolder(scratch("whole")).inputs()
    #expect(expected.count > old.count + 10)
    var random = SplitMix(state: 2)
    var killed = 0
    for round in 0..<Self.rounds {
      let folder = try scratch.corpus("merged-\(round)", old)
      let enough = Int.random(in: old.count + 1..<expected.count, using: &random)
      let command = "iopt corpus merge \(folder.path) \(scratch("source")) \(merge)"
      if try kill(command, once: { count(folder.path) >= enough }) { killed += 1 }
      let left = try folder.inputs()
      #expect(left.allSatisfy { $0.isIntact })
      #expect(old.allSatisfy { left.contains($0) })
      #expect(try Tool.status(command) == 0)
      #expect(try folder.inputs() == expected)
    }
    #expect(killed > 0)
  }

  @Test func pruningThatIsKilledKeepsEveryScenario() throws {
    let inputs = randomInputs(seed: 4, count: 100)
    let copies = inputs.flatMap { input in
      (0..<3).map { CorpusInput(name: "copy-\($0)-of-\(input.name)", bytes: input.bytes) }
    }
    var random = SplitMix(state: 3)
    var killed = 0
    for round in 0..<Self.rounds {
      let folder = try scratch.corpus("pruned-\(round)", inputs + copies)
      let few = Int.random(in: 101..<399, using: &random)
      let command = "iopt corpus prune \(folder.path) --keep-behaviour --left reference"
      if try kill(command, once: { count(folder.path) <= few }) { killed += 1 }
      let left = try Set(folder.inputs().map(\.bytes))
      #expect(inputs.allSatisfy { left.contains($0.bytes) })
      #expect(try Tool.status(command) == 0)
      #expect(try folder.listing().inputs.count == 100)
    }
    #expect(killed > 0)
  }

  /// Incompressible, so that packing takes a while.
  private func largeInputs(_ seed: UInt64) -> [CorpusInput] {
    var random = SplitMix(state: seed)
    return (0..<40).map { _ in
      named((0..<4096).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) })
    }
  }

  @Test func packingThatIsKilledLeavesTheOldFileOrTheNew() throws {
    let old = CorpusPack(randomInputs(seed: 5, count: 10))
    let folder = try scratch.corpus("large", largeInputs(6))
    let new = CorpusPack(try folder.inputs())
    var random = SplitMix(state: 4)
    var killed = 0
    for _ in 0..<Self.rounds {
      try old.write(to: scratch("pack"))
      let end = ContinuousClock.now + .milliseconds(Int.random(in: 0..<120, using: &random))
      let command = "iopt corpus pack \(folder.path) -o \(scratch("pack"))"
      if try kill(command, once: { ContinuousClock.now >= end }) { killed += 1 }
      let left = try CorpusPack(path: scratch("pack"))
      #expect(left == old || left == new)
    }
    #expect(killed > 0)
    #expect(try Tool.status("iopt corpus pack \(folder.path) -o \(scratch("pack"))") == 0)
    #expect(try CorpusPack(path: scratch("pack")) == new)
  }
}

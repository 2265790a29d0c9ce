// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Scenario
import Testing

/// kill -9 at every step of a writer: only whole files are left, nothing that was there is lost,
/// and the same command finishes the work.
@Suite struct CorpusKillTests {
  private let scratch: Scratch
  private let shim: KillingShim
  private let old = [sampleInput(0x1000), sampleInput(0x20_0000, pages: 512)]
  private let new = randomInputs(seed: 1, count: 4)

  init() throws {
    scratch = try Scratch()
    shim = try KillingShim(in: scratch)
  }

  private func sorted(_ inputs: [CorpusInput]) -> [CorpusInput] {
    inputs.sorted { $0.name < $1.name }
  }

  /// A folder that holds `inputs` and nothing else.
  private func refill(_ name: String, _ inputs: [CorpusInput]) throws {
    try? FileManager.default.removeItem(atPath: scratch(name))
    _ = try scratch.corpus(name, inputs)
  }

  /// Nothing but whole inputs, and leftovers that prune will remove.
  private func expectWhole(_ name: String, among known: [CorpusInput]) throws -> [CorpusInput] {
    let left = try CorpusFolder(scratch(name)).inputs()
    #expect(left.allSatisfy(known.contains))
    return left
  }

  @Test func packing() throws {
    try refill("c", new)
    let (before, after) = (CorpusPack(old), CorpusPack(sorted(new)))
    let command = "iopt corpus pack \(scratch("c")) -o \(scratch("pack"))"
    let killed = try shim.killAtEveryStep(of: command) {
      try before.write(to: scratch("pack"))
    } examine: {
      let left = try CorpusPack(path: scratch("pack"))
      #expect(left == before || left == after)
    }
    #expect(killed >= 4)
    #expect(try CorpusPack(path: scratch("pack")) == after)
  }

  @Test func unpacking() throws {
    try CorpusPack(new).write(to: scratch("pack"))
    let command = "iopt corpus unpack \(scratch("pack")) \(scratch("c"))"
    let killed = try shim.killAtEveryStep(of: command) {
      try refill("c", old)
    } examine: {
      let left = try expectWhole("c", among: old + new)
      #expect(old.allSatisfy(left.contains))
      #expect(try Tool.status(command) == 0)
      #expect(try CorpusFolder(scratch("c")).inputs() == sorted(old + new))
    }
    #expect(killed >= 3 * new.count)
    #expect(try CorpusFolder(scratch("c")).inputs() == sorted(old + new))
  }

  @Test func merging() throws {
    try refill("source", new)
    let command =
      "iopt corpus merge \(scratch("c")) \(scratch("source")) --left reference"
    let killed = try shim.killAtEveryStep(of: command) {
      try refill("c", old)
    } examine: {
      let left = try expectWhole("c", among: old + new)
      #expect(old.allSatisfy(left.contains))
    }
    #expect(killed > 3)
  }

  /// Copies go one by one; of each scenario one stays.
  @Test func pruning() throws {
    let copies = new.map { CorpusInput(name: "copy-of-\($0.name)", bytes: $0.bytes) }
    let command = "iopt corpus prune \(scratch("c")) --keep-behaviour --left reference"
    let killed = try shim.killAtEveryStep(of: command) {
      try refill("c", new + copies)
      try Data([1]).write(to: URL(fileURLWithPath: scratch("c/x.tmp-17")))
    } examine: {
      let left = Set(try expectWhole("c", among: new + copies).map(\.bytes))
      #expect(new.allSatisfy { left.contains($0.bytes) })
    }
    #expect(killed >= copies.count + 1)
    let listing = try CorpusFolder(scratch("c")).listing()
    #expect(listing.inputs.count == new.count)
    #expect(listing.leftovers == [])
  }
}

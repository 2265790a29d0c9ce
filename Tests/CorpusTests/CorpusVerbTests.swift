// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

import enum ScenarioLanguage.Operation

/// What the verbs say.
@Suite struct CorpusVerbTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func output(_ command: String, status: Int32 = 0) throws -> String {
    #expect(try Tool.status("\(command) > \(scratch("output"))") == status)
    return try String(contentsOfFile: scratch("output"), encoding: .utf8)
  }

  private func text(_ input: CorpusInput) -> [UInt8] { Array(decode(input.bytes).text.utf8) }

  /// As the fuzzer leaves them: an input, its text and the report, side by side; and a reproducer.
  private func divergences() throws -> CorpusFolder {
    let (one, two) = (failingInput(0x1000), failingInput(0x5000))
    return try scratch.corpus(
      "found",
      [
        CorpusInput(name: "divergence-1.bin", bytes: one.bytes),
        CorpusInput(name: "divergence-1.iopt", bytes: text(one)),
        CorpusInput(name: "divergence-1.txt", bytes: Array("report".utf8)),
        CorpusInput(name: "divergence-2.bin", bytes: two.bytes),
        CorpusInput(name: "alone.iopt", bytes: Array("# what it is\n".utf8) + text(one)),
        CorpusInput(name: "another.iopt", bytes: text(sampleInput(0x1000))),
      ])
  }

  private static let older = "--left reference,gather=original --right reference,gather=merged"

  @Test func statsGroupsFailuresBySignature() throws {
    let folder = try divergences()
    let lines = try output("iopt corpus stats \(folder.path) \(Self.older)")
      .split(separator: "\n").map(String.init)
    #expect(lines.contains("failures    4 in 2 kinds"))
    #expect(lines.contains("  comparison unmap: nothing/sync: 1, the smallest is another.iopt"))
    #expect(
      lines.contains {
        $0.hasPrefix(
          "  comparison unmap_fast: gather[2] empty on the left: 3, the smallest is ")
      })
  }

  @Test func statsCountsInputsOfTheDMALayerAndTheRelaxedOfThem() throws {
    func dmaInput(_ operations: [Operation]) -> CorpusInput {
      named(
        encode(
          Scenario(
            domain: DomainConfiguration(format: .vtdss, va: 48, oa: 52, top: 3),
            dma: DMAConfiguration(
              queue: .perCPU, cpus: 1, ringSize: 4, timeout: 10, mode: .strict, limit: .max),
            operations: operations)))
    }
    let folder = try scratch.corpus(
      "layers",
      [
        sampleInput(0x1000), dmaInput([.dmaUnmap(handle: 0, cpu: 0)]),
        dmaInput([.relax(cpu: 0), .relax(cpu: 0)]),
      ])
    #expect(
      try output("iopt corpus stats \(folder.path)")
        .contains("\nlayers      2 with a dma line, 1 of these with a relax\n"))
    let json = try JSONSerialization.jsonObject(
      with: Data(output("iopt corpus stats \(folder.path) --json").utf8))
    let members = try #require(json as? [String: Any])
    #expect(members["dmaInputs"] as? Int == 2)
    #expect(members["relaxedInputs"] as? Int == 1)
  }

  @Test func aTextThatCannotBeReadIsAnErrorWithItsPlace() throws {
    let folder = try scratch.corpus(
      "bad", [CorpusInput(name: "a.iopt", bytes: Array("iopt 1\nnonsense\n".utf8))])
    #expect(
      try Tool.status("iopt corpus check \(folder.path)", errors: scratch("errors")) == 2)
    let errors = try String(contentsOfFile: scratch("errors"), encoding: .utf8)
    #expect(errors.hasPrefix("\(folder.path)/a.iopt:2:1: error: "))
  }

  @Test func everyVerbPrintsJSON() throws {
    let folder = try divergences()
    let commands = [
      "stats \(folder.path)", "check \(folder.path)", "prune \(folder.path) --dry-run",
      "merge \(scratch("merged")) \(folder.path)", "pack \(folder.path) -o \(scratch("pack"))",
      "unpack \(scratch("pack")) \(scratch("unpacked"))",
    ]
    for command in commands {
      let text = try output("iopt corpus \(command) --json")
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect((value as? [String: Any])?.isEmpty == false, "\(command)")
    }
  }

  /// One that a side does not know must not keep the others from being looked at.
  @Test func inputsThatASideRefusesAreCountedAndKept() throws {
    let riscv = Scenario(
      domain: DomainConfiguration(
        format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k]),
      operations: [.map(iova: 0x1000, pa: 0x1000, length: 0x1000, prot: .read)])
    let known = named(encode(riscv))
    let refused = [sampleInput(0x1000), sampleInput(0x2000)]
    let folder = try scratch.corpus("c", [known] + refused)
    let plugin = try Tool.examplePlugin(in: scratch)
    let sides = "--right \(plugin)"
    #expect(
      try output("iopt corpus check \(folder.path) \(sides)")
        == "\(folder.path): 3 inputs, 0 problems, 2 not run as a side refuses them\n")
    _ = try output("iopt corpus prune \(folder.path) \(sides)")
    #expect(try folder.listing().inputs.count == 3)
    let merge = try output("iopt corpus merge \(scratch("m")) \(folder.path) \(sides)")
    #expect(merge.hasSuffix(", 2 left out as a side refuses to run them\n"))
    #expect(try CorpusFolder(scratch("m")).inputs() == [known])
    let nothing = try scratch.corpus("n", refused)
    #expect(
      try output("iopt corpus check \(nothing.path) \(sides)", status: 3)
        == "\(nothing.path): 2 inputs, 0 problems, 2 not run as a side refuses them\n")
  }
}

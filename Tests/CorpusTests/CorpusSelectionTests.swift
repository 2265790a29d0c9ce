// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// What adds something, and what the folder counts as an input.
@Suite struct CorpusSelectionTests {
  private func verdicts(
    _ inputs: [CorpusInput], left: GatherRevision = .merged, judgesBehaviour: Bool = true
  ) throws -> [CorpusSelection.Verdict] {
    let sides = [try LaneRequest("reference,gather=\(left.name)"), try LaneRequest("reference")]
    let plan = EnginePlan(sides, observing: OracleChoice([.comparison]))
    let survey = CorpusSurvey(try plan.engine())
    var selection = CorpusSelection()
    selection.judgesBehaviour = judgesBehaviour
    return try inputs.map { selection.consider(try survey.entry($0, decode($0.bytes))) }
  }

  @Test func theSameScenarioAddsNothing() throws {
    let input = sampleInput(0x1000)
    #expect(try verdicts([input, input]) == [.adds, .sameScenario])
  }

  @Test func theSameBehaviourElsewhereAddsNothing() throws {
    let inputs = [sampleInput(0x1000), sampleInput(0x7000)]
    #expect(try verdicts(inputs) == [.adds, .sameBehaviour])
    #expect(try verdicts(inputs, judgesBehaviour: false) == [.adds, .adds])
  }

  @Test func anotherBehaviourAddsSomething() throws {
    // A whole table: the unmap frees it.
    let inputs = [sampleInput(0x20_0000), sampleInput(0x20_0000, pages: 512)]
    #expect(try verdicts(inputs) == [.adds, .adds])
  }

  @Test func failuresAreToldApartBySignature() throws {
    let inputs = [failingInput(0x1000), failingInput(0x5000), sampleInput(0x1000)]
    let found = try verdicts(inputs, left: .original)
    #expect(found[0] == .adds)
    guard case .sameFailure(let signature) = found[1] else {
      Issue.record("\(found[1])")
      return
    }
    #expect(signature.operation == "unmap_fast")
    // Its strict unmap differs too, and that is another failure.
    #expect(found[2] == .adds)
  }

  /// Two faults of one revision, which both show in the gather of an `unmap_fast`.
  @Test func twoFaultsOfOneRevisionAreBothKept() throws {
    let inputs = try ["fills", "syncs"].map { fault in
      let path = "Corpus/reproducers/gather-always-add-\(fault)-a-queued-gather.iopt"
      return CorpusInput(
        name: fault, bytes: try encode(readScenarios(path: path)[0].scenario))
    }
    #expect(try verdicts(inputs, left: .alwaysAdd) == [.adds, .adds])
  }

  @Test func filesThatAreNoInputsAreLeftOut() throws {
    let scratch = try Scratch()
    let folder = try scratch.corpus(
      "c",
      ["b", "a", ".hidden", "case.iopt", "case.iopt.gz", "report.txt", "a.tmp-17"].map {
        CorpusInput(name: $0, bytes: Array($0.utf8))
      })
    try FileManager.default.createDirectory(
      atPath: scratch("c/folder"), withIntermediateDirectories: false)
    let listing = try folder.listing()
    #expect(listing.inputs == ["a", "b"])
    #expect(listing.leftovers == ["a.tmp-17"])
    #expect(try folder.inputs().map(\.bytes) == [Array("a".utf8), Array("b".utf8)])
  }

  @Test func aDamagedInputIsNoticed() {
    var input = sampleInput(0x1000)
    #expect(input.isIntact)
    input.bytes[0] ^= 1
    #expect(!input.isIntact)
    #expect(CorpusInput(name: "by hand", bytes: [1]).isIntact)
  }
}

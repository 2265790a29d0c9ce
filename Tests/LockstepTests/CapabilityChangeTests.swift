// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep
@testable import Report

/// What only one side of a review says that it can do.
@Suite struct CapabilityChangeTests {
  private func change(
    _ base: Capabilities, _ head: Capabilities
  ) -> CapabilityChange {
    CapabilityChange(
      base: .init(name: "old", capabilities: base), head: .init(name: "new", capabilities: head))
  }

  private func review(_ change: CapabilityChange, judgements: Int) -> Review {
    var tally = RunTally()
    (tally.scenarios, tally.judgements) = (judgements, judgements)
    var review = Review(
      base: "old", head: "new", changes: [], judgement: JudgementChange(),
      patch: nil, tally: tally, headTally: tally, recorded: 0, notDone: [])
    review.capabilities = change
    return review
  }

  @Test func whatOneSideLosesOrGainsIsNamed() {
    var head = Capabilities.language
    head.formats &= ~(1 << IOPT_FORMAT_VTDSS.rawValue)
    head.features.remove(.riscvSvpbmt)
    head.operations &= ~(1 << UInt64(IOPT_OP_DMA_IOVA_LINK.rawValue))
    head.inputWidths = 0...57
    head.cpus = 4
    head.logsStores = false
    head.attributes = IOPT_ATTR_MMIO.rawValue
    head.requiredFeatures.insert(.flushRange)
    let lost = [
      "format vtdss", "feature riscv_svpbmt", "domains without flush_range",
      "operation dma_iova_link", "attrs=require_coherent", "attrs=privileged", "va= above 57",
      "more than 4 cpus=", "store records",
    ]
    #expect(change(.language, head).lost == lost)
    #expect(change(.language, head).gained.isEmpty)
    #expect(change(head, .language).gained == lost)
    #expect(change(head, head).count == 0 && change(head, head).notes.isEmpty)
  }

  @Test func aReleaseThatIsNotStatedAnyMoreIsLostButATreeIsOneRelease() {
    var (old, new) = (Capabilities.language, Capabilities.language)
    old.kernels = 1 << IOPT_KERNEL_7_2.rawValue
    new.kernels = 1 << IOPT_KERNEL_7_3.rawValue
    #expect(change(old, new).lost == ["kernel=7.2"])
    #expect(change(old, new).gained == ["kernel=7.3"])
    (old.runsAnyRelease, new.runsAnyRelease) = (true, true)
    #expect(change(old, new).count == 0)
    #expect(change(old, new).notes == ["old is Linux 7.2", "new is Linux 7.3"])
    old.kernels = 0
    #expect(change(old, new).notes.first == "old is of no release known here")
    // One that was chosen for a side is none that is lost.
    new.runsAnyRelease = false
    new.kernels = .max
    #expect(change(old, new).notes.isEmpty && change(old, new).count == 0)
  }

  @Test func theBenchsOwnChoicesAreToldAndAreNoChange() {
    var tree = Capabilities.language
    tree.revisions = 1 << IOPT_GATHER_MERGED.rawValue
    tree.options.subtract([.magazine, .failMagazine, .policy])
    #expect(change(.language, tree).count == 0)
    let note = change(.language, tree).notes.first ?? ""
    #expect(note.hasPrefix("only old has the bench's own magazine=, fail_magazine=, policy="))
    #expect(note.contains("gather=original"))
  }

  @Test func aFormatThatIsGoneIsAChangeInEveryForm() throws {
    var head = Capabilities.language
    head.formats &= ~(1 << IOPT_FORMAT_VTDSS.rawValue)
    let review = review(change(.language, head), judgements: 3)
    #expect(review.verdict == .changed)
    #expect(review.text.contains("\nWhat they can do\n  only old: format vtdss\n"))
    #expect(review.markdown.contains("\n### What they can do\n\n- only old: format vtdss\n"))
    #expect(review.ktap.contains("\nnot ok 2 capability lost: format vtdss\n"))
    #expect(review.summary.contains("0 kinds of difference, 1 in what they can do;"))
    #expect(ReviewJSON(review).capabilities.lost == ["format vtdss"])
    #expect(self.review(CapabilityChange(), judgements: 3).verdict == .unchanged)
    #expect(!self.review(CapabilityChange(), judgements: 3).ktap.contains("capability"))
  }

  /// Even where there was no scenario that both could run.
  @Test func whatIsGoneIsAChangeThoughNothingWasCompared() {
    var head = Capabilities.language
    head.formats = 0
    #expect(review(change(.language, head), judgements: 0).verdict == .changed)
    #expect(review(CapabilityChange(), judgements: 0).verdict == .nothingCompared)
  }

  @Test func whatIsLeftOutOfScenariosForWantOfOneSideIsCounted() throws {
    var head = Capabilities.language
    head.operations &= ~(1 << UInt64(IOPT_OP_DMA_MAP_SG_ATTRS.rawValue))
    var base = Capabilities.language
    // What neither can do tells nothing of the change.
    for kind in [IOPT_OP_DMA_IOVA_LINK, IOPT_OP_DMA_IOVA_SYNC] {
      base.operations &= ~(1 << UInt64(kind.rawValue))
      head.operations &= ~(1 << UInt64(kind.rawValue))
    }
    var scenarios = ReviewScenarios(
      seed: 3, known: [],
      narrowing: Narrowing([
        .init(name: "old", capabilities: base), .init(name: "new", capabilities: head),
      ]))
    for _ in 0..<300 { _ = scenarios.next() }
    let lines = scenarios.narrowed
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix(" operations left out: new lacks operation dma_map_sg") == true)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import SubjectABI
import Testing

@testable import Lockstep

/// `S,listen`: what a host hears is compared like what a subject tells.
@Suite struct ListeningLaneTests {
  private static let text = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range
    dma queue=percpu cpus=1 size=4 timeout=10 mode=fq limit=0xffffffff
    dma_map 1 0x1000 0x1000 to_device cpu=0
    dma_unmap 1 cpu=0
    tick 10

    """

  private func run(
    _ left: Lane, _ right: Lane, _ text: String = text
  ) throws -> (Finding?, RunTally) {
    let text = text.replacing(" cpu=0", with: "")
    let scenario = try #require(
      try readScenarios(bytes: Array(text.utf8), name: "case").first?.scenario)
    let engine = Engine.comparing(left, right)
    return (engine.run(scenario), engine.tally)
  }

  @Test func bothSidesAreHeardAlike() throws {
    let (finding, tally) = try run(
      Lane(.swift, host: .listens), Lane(.reference, host: .listens))
    #expect(finding == nil)
    #expect(tally.statements == 4)
  }

  /// The space is full, and all magazines are emptied; those that 7.3 has not made need no lock.
  @Test(arguments: ["7.1", "7.2", "7.3"])
  func theSearchThatEmptiesMagazinesIsHeardAlike(_ release: String) throws {
    let text = """
      iopt 2
      domain format=x86_64 kernel=\(release) va=48 oa=52 features=flush_range top=3
      dma queue=percpu cpus=2 size=2 timeout=0 mode=fq limit=0x7fff
      dma_map 0 0x0 0x1000 bidirectional
      dma_unmap 0
      dma_map 0 0x0 0x3000 bidirectional

      """
    let (finding, tally) = try run(
      Lane(.swift, host: .listens), Lane(.reference, host: .listens), text)
    #expect(finding == nil)
    #expect(tally.statements == 4)
  }

  /// The first shared word is written when the domain opens.
  @Test func whatOneSideIsNotHeardToDoIsADifference() throws {
    let (finding, _) = try run(Lane(.swift, host: .listens), Lane(.reference))
    let signature = try #require(finding).signature.description
    #expect(signature.hasPrefix("comparison domain: record \(Hearing.store)/nothing"))
  }

  @Test func aPointIsWrittenDownWhenBothStateItOrTheSubjectDoesNot() {
    let hearing = Hearing(points: 0b0010, stated: 0b0110)
    #expect(hearing.takes(1))
    #expect(!hearing.takes(2))
    #expect(hearing.takes(3))
    #expect(hearing.takes(64))
  }

  @Test func itIsWrittenBehindTheSubject() throws {
    let choice = try LaneChoice("reference,listen,gather=original")
    #expect(choice.host == .listens && choice.gather == .original)
    #expect(choice.lane().specification == "reference,gather=original,listen")
    #expect(choice.lane().twin.specification == "reference,gather=original,listen")
    let again = try LaneChoice(choice.lane().specification)
    #expect(again.host == .listens && again.gather == .original)
  }
}

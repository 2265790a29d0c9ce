// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep

/// Which modes stand in a signature.
@Suite struct SignatureModesTests {
  /// What comes of `text` where the left side has an older revision.
  private func signature(_ text: String, _ left: GatherRevision) throws -> String? {
    let engine = Engine.comparing(Lane(.reference, gather: left), Lane(.reference, gather: .merged))
    return try engine.run(scenario(text))?.signature.description
  }

  private static func domain(_ features: String) -> String {
    "iopt 1\ndomain format=x86_64 va=48 oa=52 features=\(features) top=3\n"
  }

  private static let fills = "comparison unmap_fast: gather[2] empty on the right"

  @Test func thoseOfTheDomainAndOfTheGatherAtHand() throws {
    let unmap = "map 0x0 0x0 0x1000 rw\ngather 1 queued\nunmap_fast 1 0x0 0x1000\n"
    let expected = [
      ("none", "[queued]"), ("flush_range", "[queued, flush-range]"),
      ("flush_range,flush_range_no_gaps", "[queued, flush-range, no-gaps]"),
      ("dma_incoherent,flush_range_no_gaps", "[queued, no-gaps, incoherent]"),
    ]
    for (features, modes) in expected {
      #expect(
        try signature(Self.domain(features) + unmap, .alwaysAdd) == "\(Self.fills) \(modes)")
    }
  }

  private static let forgets =
    "comparison unmap_fast: gather[2] empty on the left [no-gaps]"

  @Test func aGatherIsQueuedAsItWasSaidLast() throws {
    let unmap = "map 0x0 0x0 0x1000 rw\nunmap_fast 0 0x0 0x1000\n"
    let unqueued = [
      "gather 0 queued\ngather 0 strict\n", "gather 0 queued\niotlb_sync 0\n", "gather 1 queued\n",
    ]
    for lines in unqueued {
      let text = Self.domain("flush_range_no_gaps") + lines + unmap
      #expect(try signature(text, .original) == Self.forgets, "\(lines)")
    }
    // A flush keeps a gather as it was.
    let flushed = Self.domain("none") + "gather 0 queued\nflush 0\n" + unmap
    #expect(try signature(flushed, .alwaysAdd) == "\(Self.fills) [queued]")
  }

  private static func layer(_ mode: String, _ lines: String) -> Scenario? {
    try? scenario(
      domain("flush_range")
        + "dma queue=percpu cpus=1 size=2 timeout=10 mode=\(mode) limit=0xffffffffffffffff\n"
        + lines)
  }

  /// The modes of a `dma_unmap` behind `lines`.
  private func modes(_ mode: String, _ lines: String) throws -> String {
    let engine = Engine([Lane(.swift)], [FaultyUnmaps()])
    let found = engine.run(try #require(Self.layer(mode, lines + "dma_unmap 0\n")))
    return try #require(found?.signature.modes.description)
  }

  @Test func aDomainIsRelaxedOnceRelaxSucceeded() throws {
    #expect(try modes("strict", "") == "[flush-range]")
    #expect(try modes("strict", "relax\n") == "[relaxed, queued, flush-range]")
    #expect(try modes("strict", "fail_fq\nrelax\n") == "[flush-range]")
    #expect(try modes("fq", "") == "[queued, flush-range]")
    #expect(try modes("fq", "relax\n") == "[queued, flush-range]")
  }

  @Test func anOperationNamesOnlyWhatItCanHangOn() throws {
    let configuration = Scenario(
      domain: DomainConfiguration(
        format: .vtdss, va: 48, oa: 52, features: [.flushRange, .dmaIncoherent], top: 3)
    ).loweredConfiguration
    let modes = ModesInForce(configuration)
    let map = Operation.map(iova: 0, pa: 0, length: 0x1000, prot: .read)
    #expect(modes.modes(at: map.lowered(pieces: nil)) == .incoherent)
    #expect(modes.modes(at: Operation.iovaToPhys(iova: 0).lowered(pieces: nil)) == [])
    #expect(modes.whenOpened == .incoherent)
    #expect(modes.atEnd == [.flushRange, .incoherent])
  }
}

/// Finds fault with every `dma_unmap`.
private final class FaultyUnmaps: Oracle {
  let name = OracleName.contract

  func begin(_ engine: Engine) -> Judgement { .nothing }

  func judge(_ engine: Engine) -> Judgement {
    guard case .operation(.dmaUnmap) = engine.request else { return .nothing }
    return .found(Fault("x", .departure(subject: "", name: "x")))
  }
}

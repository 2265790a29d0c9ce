// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// What is noticed of table memory in runs that are not thorough, in large domains, and after the last
/// operation.
@Suite struct ScrutinyTests {
  private let builder: PluginBuilder
  private static let example = Repository.path("Documentation/example-plugin/sv39.c")

  init() throws { builder = try PluginBuilder() }

  /// The example, which does `bad` in the map of 0xbad000. `h` is its host, `t` a table that was freed.
  private func lane(_ bad: String, _ changes: [(String, String)] = []) throws -> Lane {
    var text = try String(contentsOfFile: Self.example, encoding: .utf8)
    let place = "iopt_log2(d->host->log, IOPT_EVENT_RET, -error, error ? 0 : IOPT_SLOT_SIZE);"
    let body = """
      if (op->pa == 0xbad000) {
      struct iopt_host *h = d->host;
      uint64_t t = h->alloc_table(h, 0x1000);
      h->free_table(h, t);
      \(bad)
      }
      \(place)
      """
    for (old, new) in [(place, body)] + changes {
      try #require(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    return Lane(try Subject.named(builder.plugin(text: text)))
  }

  private static func map(_ iova: UInt64, _ pa: UInt64) -> ScenarioLanguage.Operation {
    .map(iova: iova, pa: pa, length: 0x1000, prot: [.read])
  }

  /// `tables` tables of their own, then the misuse, then further maps.
  private static func scenario(tables: UInt64 = 1, pa: UInt64 = 0xbad000) -> Scenario {
    let domain = DomainConfiguration(
      format: .riscv64, va: 39, oa: 56, features: [.signExtend, .flushRange, .riscvSvnapot64k])
    let maps = (0..<tables).map { map($0 << 21, 0x8000_0000) }
    return Scenario(
      domain: domain, operations: maps + [map(0x1000, pa), map(0x2000, 0x8000_0000)])
  }

  /// Runs the misuse, then a scenario without it; returns what is found in the first.
  private func found(
    _ bad: String, _ changes: [(String, String)] = [], tables: UInt64 = 1, isThorough: Bool
  ) throws -> Finding? {
    let engine = Engine.comparing(try lane("", changes), try lane(bad, changes))
    engine.isThorough = isThorough
    let finding = engine.run(Self.scenario(tables: tables))
    #expect(engine.run(Self.scenario(tables: 40, pa: 0x1000)) == nil)
    return finding
  }

  private static let near = "*iopt_table_at(h, t + 0x3000) = 7;"
  private static let freed = "*iopt_table_at(h, t) = 7;"

  @Test func aRunThatIsNotThoroughFindsAStrayWordAtTheEnd() throws {
    let finding = try #require(try found(Self.near, isThorough: false))
    #expect(finding.signature.description == "abi end: write outside tables [flush-range]")
    #expect(finding.place.isEnd)
    let next = try #require(
      try found("*iopt_table_at(h, t + 0x1000) = 7;", isThorough: false))
    #expect(next.signature.description == "abi end: write past a table [flush-range]")
  }

  @Test func aRunThatIsNotThoroughFindsAWriteToAFreedTableAtTheEnd() throws {
    let finding = try #require(try found(Self.freed, isThorough: false))
    #expect(finding.signature.description == "abi end: write to a freed table [flush-range]")
  }

  @Test func aRunThatIsNotThoroughFindsATouchOfClosedMemoryAtOnce() throws {
    let finding = try #require(
      try found("*iopt_table_at(h, t + 0x1000000) = 7;", isThorough: false))
    #expect(finding.signature.description == "abi map: write outside tables")
    #expect(finding.place.operation == 1)
  }

  @Test(arguments: ["write to a freed table", "untold word"])
  func theOperationIsToldInLargeDomainsToo(_ kind: String) throws {
    let bad = kind == "untold word" ? "*iopt_table_at(h, d->top + 8 * 300) = 7;" : Self.freed
    let finding = try #require(try found(bad, tables: 100, isThorough: true))
    #expect(finding.signature.description == "abi map: \(kind)")
    #expect(finding.place.operation == 100)
  }

  /// It is behind the other difference: one report, of the cause.
  @Test func aMisuseThatMakesAResultWrongIsWhatIsReported() throws {
    let read = "error = *(volatile uint64_t *)iopt_table_at(h, t) + 5;"
    let finding = try #require(try found(read, isThorough: true))
    #expect(finding.signature.description == "abi map: read of a freed table")
  }

  /// Without store records all that is no table is closed from the start.
  @Test func aSubjectThatLogsNoStoresIsWatchedToo() throws {
    let silent = [
      (".stores = 1", ".stores = 0"), ("iopt_log_store(d->host->log, pa, 1, word, 0);", ""),
    ]
    for (bad, kind) in [
      (Self.freed, "write to a freed table"), (Self.near, "write outside tables"),
      ("d->top += *(volatile uint64_t *)iopt_table_at(h, t);", "read of a freed table"),
    ] {
      let finding = try #require(try found(bad, silent, isThorough: true))
      #expect(finding.signature.description == "abi map: \(kind)")
      #expect(finding.place.operation == 1)
    }
  }

  /// What it did in front of the crash that it owns up to counts.
  @Test func aSubjectThatCrashesAfterATouchIsNamedForTheTouch() throws {
    let crash = [
      (
        "case IOPT_OP_IOVA_TO_PHYS:",
        "case IOPT_OP_UNMAP: \(Self.beyond) return IOPT_CRASHED;\n\tcase IOPT_OP_IOVA_TO_PHYS:"
      )
    ]
    let engine = Engine.comparing(try lane("", crash), try lane("", crash))
    var scenario = Self.scenario(pa: 0x1000)
    scenario.operations.append(.unmap(iova: 0, length: 0x1000))
    let finding = try #require(engine.run(scenario))
    #expect(finding.signature.description == "abi unmap: write past table memory [flush-range]")
  }

  private static let beyond =
    "*iopt_table_at(d->host, IOPT_ARENA_BASE + IOPT_SLOT_COUNT * IOPT_SLOT_SIZE) = 7;"

  /// `close` must not touch table memory.
  @Test func whatCloseDoesIsNoticed() throws {
    let close = [
      (".close = free,", ".close = sv39_close,"),
      (
        "static const struct iopt_subject subject = {",
        "static void sv39_close(void *s)\n{\n\tstruct domain *d = s;\n\n\t\(Self.beyond)\n\tfree(d);\n}\n"
          + "static const struct iopt_subject subject = {"
      ),
    ]
    let engine = Engine.comparing(Lane(.reference), try lane("", close))
    let finding = try #require(engine.run(Self.scenario(pa: 0x1000)))
    #expect(finding.signature.description == "abi end: write past table memory [flush-range]")
  }

  /// What a refused scenario left behind is gone in the next.
  @Test func aScenarioThatIsRefusedLeavesNothing() throws {
    let refusal = [
      (
        "case IOPT_OP_IOVA_TO_PHYS:",
        "case IOPT_OP_UNMAP: *iopt_table_at(d->host, d->top + 0x5000) = 7; return refuse(\"no\");\n"
          + "\tcase IOPT_OP_IOVA_TO_PHYS:"
      )
    ]
    let engine = Engine.comparing(Lane(.reference), try lane("", refusal))
    var refused = Self.scenario(pa: 0x1000)
    refused.operations.append(.unmap(iova: 0, length: 0x1000))
    let finding = engine.run(refused)
    #expect(finding?.signature.difference == "write outside tables")
    #expect(engine.run(Self.scenario(tables: 40, pa: 0x1000)) == nil)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// A replay that could not fail would be worth nothing: each kind of wrong observation is seen.
@Suite struct ReplayTests {
  static let trace = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
    = alloc 0x800000000 0x1000
    = info pgsizes=0x40211000 first=0x0 last=0x3fffffffff top=0x800000000 level=2 \
    features=sign_extend,flush_range,riscv_svnapot_64k va=39 oa=56
    map 0x1000 0x80001000 0x1000 rw
    = alloc 0x800001000 0x1000
    = alloc 0x800002000 0x1000
    = ret 0 mapped=0x1000
    = pte 0x800000000 0..0 0x200000401 +0x0
    = pte 0x800001000 0..0 0x200000801 +0x0
    = pte 0x800002000 1..1 0x200004df +0x0
    unmap 0x1000 0x1000
    = sync 0x1000 0x1fff
    = ret 0x1000
    = pte 0x800002000 1..1 0x0 +0x0

    """

  private func replay(
    _ text: String, on subject: Subject
  ) throws -> (FileRun.Tally, [Finding]) {
    let engine = Engine([Lane(subject)], [TraceOracle()])
    var found: [Finding] = []
    engine.onFinding = { found.append($0) }
    let run = FileRun([engine], keepsObservations: true)
    try run.run(TraceReader(bytes: Array(text.utf8), name: "trace"))
    return (run.tally, found)
  }

  private static let both = [Subject.swift, .reference]

  @Test(arguments: both) func aTraceThatIsRightMatches(_ subject: Subject) throws {
    let (tally, found) = try replay(Self.trace, on: subject)
    #expect(found.isEmpty)
    #expect(tally.scenarios == 1)
    #expect(tally.statements == 3)
    #expect(tally.observations == 11)
  }

  /// What is changed in the trace, the line where it must be seen, and the report's own words.
  private static let changes: [(from: String, to: String, line: Int, expected: String)] = [
    ("0x200004df", "0x2000045f", 5, "pte, value: 0x2000045f (recorded), 0x200004df"),
    ("= sync 0x1000 0x1fff\n", "", 12, "+ = sync 0x1000 0x1fff"),
    ("= ret 0x1000\n", "= ret 0x2000\n", 12, "- = ret 0x2000"),
    ("level=2", "level=3", 2, "info, level: 0x3 (recorded), 0x2"),
    ("1..1 0x0", "2..2 0x0", 12, "- = pte 0x800002000 2..2 0x0 +0x0"),
  ]

  @Test(arguments: both, changes.indices)
  func aChangedObservationIsSeenAtItsStatement(_ subject: Subject, _ index: Int) throws {
    let change = Self.changes[index]
    let text = try #require(
      Self.trace.range(of: change.from).map {
        Self.trace.replacingCharacters(in: $0, with: change.to)
      })
    let (_, found) = try replay(text, on: subject)
    #expect(found.count == 1)
    let divergence = try #require(found.first)
    #expect(divergence.place.line == change.line)
    #expect(divergence.report.contains(change.expected), "\(divergence.report)")
    #expect(divergence.report.contains("iopt replay trace --subject \(subject.specification)"))
  }

  @Test func tableWordsInAReportAreDecoded() throws {
    let text = Self.trace.replacingOccurrences(of: "0x200004df", with: "0x2000045f")
    let (_, found) = try replay(text, on: .reference)
    let report = try #require(found.first).report
    let note = "level 0, iova 0x1000 to 0x1fff: leaf oa=0x80001000 V R W X U A D"
    #expect(report.contains(note), "\(report)")
  }

  @Test func aSubjectThatDiffersSitsOutTheRestOfTheScenarioOnly() throws {
    let wrong = Self.trace.replacingOccurrences(of: "0x200004df", with: "0x2000045f")
    let (tally, found) = try replay(wrong + Self.trace, on: .swift)
    #expect(found.count == 1)
    #expect(tally.scenarios == 2)
    #expect(tally.statements == 2 + 3)
    #expect(tally.observations == 8 + 11)
  }

  @Test(arguments: both)
  func afterAFailedInitialisationNothingIsRun(_ subject: Subject) throws {
    let failed = """
      iopt 1
      domain format=riscv_64 va=39 oa=56 features=full_va
      = ret EOPNOTSUPP
      map 0x0 0x0 0x1000 r

      """
    let (tally, found) = try replay(failed + Self.trace, on: subject)
    #expect(found.isEmpty, "\(found.first?.report ?? "")")
    #expect(tally.scenarios == 2)
    #expect(tally.statements == 1 + 3)
    #expect(tally.observations == 1 + 11)
    let (_, differences) = try replay(failed + "= ret 0 mapped=0x1000\n", on: subject)
    #expect(differences.count == 1)
    let difference = try #require(differences.first)
    #expect(difference.place.line == 4)
    #expect(difference.report.contains("- = ret 0 mapped=0x1000"), "\(difference.report)")
  }

  @Test(arguments: both) func aCrashEndsTheScenario(_ subject: Subject) throws {
    let crashed = """
      iopt 1
      domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range,riscv_svnapot_64k
      = alloc 0x800000000 0x1000
      = info pgsizes=0x40211000 first=0x0 last=0x3fffffffff top=0x800000000 level=2 \
      features=sign_extend,flush_range,riscv_svnapot_64k va=39 oa=56
      map 0x0 0x80000000 0x1800 r
      = crash
      unmap 0x0 0x1000

      """
    let (tally, found) = try replay(crashed + Self.trace, on: subject)
    #expect(found.isEmpty, "\(found.first?.report ?? "")")
    #expect(tally.statements == 2 + 3)
    let (_, differences) = try replay(crashed + "= ret 0x0\n", on: subject)
    #expect(differences.map(\.place.line) == [7])
    let survived = crashed.replacingOccurrences(of: "= crash", with: "= ret ENXIO mapped=0x0")
    #expect(try replay(survived, on: subject).1.first?.report.contains("+ = crash") == true)
  }

  @Test func aScenarioWithoutObservationsIsRefusedAsATrace() {
    let text = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=none\nunmap 0x0 0x1000\n"
    let error = #expect(throws: ScenarioError.self) { try replay(text, on: .swift) }
    #expect(error?.description.hasPrefix("trace:1:1: error: expected a recorded trace") == true)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// What a person reads of a divergence: each kind of difference, told by a changed trace.
@Suite struct ReportTests {
  /// Tables of two unmaps go on one freelist.
  private static let scenario = """
    iopt 1
    domain format=riscv_64 va=39 oa=56 features=sign_extend,flush_range_no_gaps build=debug
    map 0x200000 0x80001000 0x600000 rw
    unmap_fast 0 0x200000 0x200000
    unmap_fast 0 0x400000 0x400000
    iotlb_sync 0
    iova_to_phys 0x5

    """

  private func recorded(_ text: String = scenario) throws -> String {
    let recorder = Recorder()
    try FileRun([Engine([Lane(.reference)], [recorder])])
      .run(TraceReader(bytes: Array(text.utf8), name: "case.iopt"))
    return recorder.output.string
  }

  /// The report of a replay after the first `from` in the trace was replaced.
  private func report(_ from: String, _ to: String) throws -> String {
    let trace = try recorded()
    let range = try #require(trace.range(of: from), "\(trace)")
    return try report(of: trace.replacingCharacters(in: range, with: to))
  }

  private func report(of trace: String) throws -> String {
    let engine = Engine([Lane(.swift)], [TraceOracle()])
    var found: [Finding] = []
    engine.onFinding = { found.append($0) }
    try FileRun([engine], keepsObservations: true)
      .run(TraceReader(bytes: Array(trace.utf8), name: "case.iopt"))
    #expect(found.count == 1)
    return try #require(found.first).report
  }

  /// What is changed in the trace, and the line that says what differs.
  static let changes = [
    (
      "0x200004df +0x400", "0x2000045f +0x400",
      "pte, value: 0x2000045f (recorded), 0x200004df (swift); bit 7 differs"
    ),
    (
      "0..511 0x200004df", "0..510 0x200004df",
      "pte, last index: 0x1fe (recorded), 0x1ff (swift)"
    ),
    (
      "0x800003000 0x800004000 0x800002000", "0x800002000 0x800003000 0x800004000",
      "gather, page 1 of the list: 0x800002000 (recorded), 0x800003000 (swift);"
        + " the same pages in another order"
    ),
    (
      "0x800003000 0x800004000 0x800002000", "0x800003000 0x800004000",
      "gather, pages in the list: 2 (recorded), 3 (swift)"
    ),
    (
      "= sync 0x200000 0x7fffff", "= sync 0x200000 0x6fffff",
      "sync, last: 0x6fffff (recorded), 0x7fffff (swift)"
    ),
    (
      "= ret 0 mapped=0x600000", "= ret ENOMEM mapped=0x0",
      "recorded has `ret ENOMEM mapped=0x0`, swift has `ret 0 mapped=0x600000`"
    ),
    (
      "= ret 0x0", "= warn\n= ret 0x0",
      "recorded has `warn`, swift has `ret 0x0`"
    ),
    (
      "= ret 0x0\n", "",
      "recorded has nothing, swift has `ret 0x0`"
    ),
    ("level=2", "level=3", "info, level: 0x3 (recorded), 0x2 (swift)"),
  ]

  @Test(arguments: changes)
  func theFirstDifferenceIsNamed(_ from: String, _ to: String, _ line: String) throws {
    let report = try report(from, to)
    #expect(report.contains("\n  first difference: \(line)\n"), "\(report)")
    #expect(report.contains("\n  reproduce: iopt replay case.iopt --subject swift\n"))
  }

  @Test func aWholeReportReadsLikeThis() throws {
    let report = try report("1..3 0x200000801", "1..3 0x200000803")
    #expect(
      report == """
        case.iopt:5: swift differs from recorded at operation 0 of the scenario at line 1
            map 0x200000 0x80001000 0x600000 rw

            --- recorded
            +++ swift
            … 3 lines that are the same
              = alloc 0x800004000 0x1000
              = ret 0 mapped=0x600000
              = pte 0x800000000 0..0 0x200000401 +0x0     # level 2, iova 0x0 to 0x3fffffff: \
        table pa=0x800001000 V
            - = pte 0x800001000 1..3 0x200000803 +0x400   # level 1, iova 0x200000 to 0x7fffff: \
        leaf oa=0x800002000 V R
            + = pte 0x800001000 1..3 0x200000801 +0x400   # level 1, iova 0x200000 to 0x7fffff: \
        table pa=0x800002000 V
              = pte 0x800002000 0..511 0x200004df +0x400  # level 0, iova 0x200000 to 0x3fffff: \
        leaf oa=0x80001000 V R W X U A D
              = pte 0x800003000 0..511 0x200804df +0x400  # level 0, iova 0x400000 to 0x5fffff: \
        leaf oa=0x80201000 V R W X U A D
              = pte 0x800004000 0..511 0x201004df +0x400  # level 0, iova 0x600000 to 0x7fffff: \
        leaf oa=0x80401000 V R W X U A D

          first difference: pte, value: 0x200000803 (recorded), 0x200000801 (swift); bit 1 differs
          reproduce: iopt replay case.iopt --subject swift

        """)
  }

  @Test func longLogsAreElidedAroundTheDifferences() throws {
    var text = "iopt 1\ndomain format=riscv_64 va=39 oa=56 features=sign_extend\n"
    text += "map 0x0 0x80001000 0x50000 r\n"
    let trace = try recorded(text)
    let warnings = String(repeating: "= warn\n", count: 60)
    let changed = trace.replacingOccurrences(
      of: "= ret 0 mapped", with: "\(warnings)= ret 0 mapped")
    let report = try report(of: changed)
    #expect(report.split(separator: "\n").count { $0.contains("- = warn") } == 20)
    #expect(report.contains("- … and 40 lines more"), "\(report)")
  }
}

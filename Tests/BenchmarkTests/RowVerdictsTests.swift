// SPDX-License-Identifier: GPL-2.0-only
import Lockstep
import Testing

@testable import iopt_bench

@Suite struct RowVerdictsTests {
  private let row = MeasuredRow.all[0]

  @Test func instructionsDecideWhereTheyWereCounted() {
    var verdicts = RowVerdicts()
    #expect(verdicts.judge(row, .map, [1, 9, 2], [100, 99, 99]) == true)
    #expect(verdicts.judge(row, .unmap, [1, 1, 2], [100, 100, 99]) == false)
    #expect(verdicts.lines.contains { $0.hasSuffix("above it (not met): \(row.name) unmap") })
  }

  @Test func timesDecideWithoutInstructions() {
    var verdicts = RowVerdicts()
    #expect(verdicts.judge(row, .map, [1, 11, 10], [nil, nil, nil]) == true)
    #expect(verdicts.judge(row, .map, [1, 12, 10], [nil, nil, nil]) == false)
  }

  @Test func withoutAKernelItsTargetIsSkippedAndSaysSo() {
    var verdicts = RowVerdicts()
    #expect(verdicts.judge(row, .map, [1, 2], [1, 2]) == nil)
    verdicts.addTotals(row, [100, 111])
    #expect(verdicts.lines.contains("Against the kernel's own code: skipped"))
    #expect(verdicts.lines.contains("Instructions: above 1.1 (not met): \(row.name)"))
  }

  @Test func aDearPluginIsNamed() {
    var verdicts = RowVerdicts()
    _ = verdicts.judge(row, .map, [1, 1, 1], [1, 1, 1])
    verdicts.addTotals(row, [100, 100, 151])
    #expect(verdicts.lines.last?.hasSuffix("above 1.5 (not met): \(row.name)") == true)
    #expect(verdicts.lines.contains("Instructions: no row above 1.1 (met)"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import iopt_bench

@Suite struct SummaryTests {
  private static let loop = "\(Target.loop.table)\t\(Target.loop.row)\t"

  private func file(_ lines: [String]) throws -> MeasureFile {
    try MeasureFile(text: lines.joined(separator: "\n"), path: "measures")
  }

  /// What a summary says, with one blank between two words.
  private func summary(_ here: [String], base: [String]? = nil) throws -> [String] {
    let summary = Summary(
      here: try file(here), base: try base.map { (name: "a6f18d2", file: try file($0)) })
    return summary.text.split(separator: "\n")
      .map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test func aRatioIsTheMedianOfPairsOfRoundsNotOfMedians() throws {
    let ratio = try #require(
      Ratio(Series(values: [50, 160, 900]), over: Series(values: [100, 200, 1000])))
    #expect(ratio.median == 0.8)
    #expect(ratio.rounds == 0.5...0.9)
    let other = try #require(
      Ratio(Series(values: [10, 20, 90]), over: Series(values: [20, 10, 30])))
    #expect(other.median == 2)
    #expect(Ratio(Series(values: [1]), over: Series(values: [0])) == nil)
  }

  @Test func aFigureIsPrintedWithItsMedianAndTheRangeOfItsRounds() throws {
    let lines = try summary(["t\tr\t\t3000\t/s", "t\tr\t\t1000\t/s", "t\tr\t\t2000\t/s"])
    #expect(lines[0] == "t median rounds")
    #expect(lines[1] == "r, /s 2000 1000 to 3000")
  }

  @Test func aFigureIsPrintedBesideTheBasesAndAsARatio() throws {
    let lines = try summary(
      ["t\tr\t\t50\tns", "t\tr\t\t60\tns"], base: ["t\tr\t\t100\tns", "t\tr\t\t100\tns"])
    #expect(lines[0] == "t a6f18d2 here ratio rounds")
    #expect(lines[1] == "r, ns 100.0 55.0 0.550 0.500 to 0.600")
  }

  @Test func rowsOfSeveralColumnsAreRatiosWithTheirGeometricMean() throws {
    let lines = try summary(
      ["t\tone\tC\t2\tns", "t\tone\tSwift\t3\tns", "t\tother\tC\t8\tns"],
      base: ["t\tone\tC\t1\tns", "t\tone\tSwift\t3\tns", "t\tother\tC\t1\tns"])
    #expect(
      lines[..<4] == [
        "t, over a6f18d2 C Swift", "one 2.000 1.000", "other 8.000 -", "geometric mean 4.000 1.000",
      ])
  }

  @Test func figuresThatOnlyOneHasAreSaid() throws {
    let lines = try summary(
      ["t\tboth\t\t1\tns", "t\tnew\t\t2\tns"],
      base: ["t\tboth\t\t1\tns", "t\tlost\t\t2\tns", "t\tgone\t\t2\tns"])
    #expect(lines.contains("new, ns - 2.00 - -"))
    #expect(lines.last == "Not compared: 1 figures that a6f18d2 lacks, 2 that only it has.")
  }

  @Test(arguments: [(750, "0.750 (met)"), (749, "0.749 (not met)")])
  func theLoopIsHeldAgainstThreeQuartersOfTheBases(value: Int, verdict: String) throws {
    let lines = try summary(
      ["\(Self.loop)\t\(value)\toperations/s"], base: ["\(Self.loop)\t1000\toperations/s"])
    #expect(
      lines.last == "Target: fuzz loop, one process, mutating run: at least 0.75 of a6f18d2's"
        + " operations/s: \(verdict)")
  }

  @Test func aTargetThatWasNotMeasuredIsNotMet() throws {
    let lines = try summary(["t\tr\t\t1\tns"], base: ["t\tr\t\t1\tns"])
    #expect(lines.last?.hasSuffix(": not measured") == true)
    let alone = try summary(["\(Target.replay)\ta million operations\tswift\t2e6\toperations/s"])
    #expect(alone.filter { $0.hasSuffix("operations/s: 2000000 (met)") }.count == 1)
    #expect(alone.filter { $0.hasSuffix(": not measured") }.count == 1)
  }
}

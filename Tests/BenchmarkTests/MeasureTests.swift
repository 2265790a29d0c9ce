// SPDX-License-Identifier: GPL-2.0-only
import Testing

@testable import iopt_bench

@Suite struct MeasureTests {
  @Test func aMeasureIsReadAsItWasWritten() throws {
    let name = Measure.Name(
      table: "page table", row: "riscv_64 Sv39 256×4K", column: "C map", unit: "ns")
    let measure = Measure(name, 10.25)
    #expect(Measure(line: measure.line.dropLast()) == measure)
    #expect(measure.line == "page table\triscv_64 Sv39 256×4K\tC map\t10.25\tns\n")
  }

  @Test(arguments: [
    "table\trow\t\t1", "table\trow\t\t1\tns\tmore", "\trow\t\t1\tns", "table\t\t\t1\tns",
    "table\trow\t\t\tns", "table\trow\t\t1\t", "table\trow\t\t-1\tns", "table\trow\t\tnan\tns",
    "table\trow\t\tinf\tns", "table row 1 ns",
  ])
  func aLineOfAnotherFormIsNoMeasure(line: String) {
    #expect(Measure(line: line[...]) == nil)
  }

  @Test func roundsAreKeptInOrderAndNamesInTheOrderOfTheFirst() throws {
    let file = try MeasureFile(
      text: "t\tb\t\t3\t/s\nt\ta\t\t5\tns\nt\tb\t\t1\t/s\n", path: "here")
    #expect(file.names.map(\.row) == ["b", "a"])
    #expect(file.series[file.names[0]] == Series(values: [3, 1]))
  }

  @Test func figuresOfOneRowInTwoUnitsAreTwoFigures() throws {
    let file = try MeasureFile(
      text: "t\tloop\t\t3\toperations/s\nt\tloop\t\t5\texecutions/s\n", path: "here")
    #expect(file.names.count == 2)
  }

  @Test func aBadLineIsNamedByFileAndNumber() {
    #expect {
      try MeasureFile(text: "t\tr\t\t1\tns\nnonsense\n", path: "work/here")
    } throws: { error in
      "\(error)" == "work/here:2: expected table, row, column, value and unit"
    }
  }

  @Test func theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    #expect(Series(values: [9, 1, 4]).median == 4)
    #expect(Series(values: [9, 1, 4, 2]).median == 3)
    #expect(Series(values: [7]).median == 7)
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// A fuzzer that does not end where two sides differ, by itself and beside a review.
@Suite struct KeepGoingTests {
  private static let isUpToDate = BuiltFuzzer.isUpToDate(["Fuzz/Driver", "Fuzz/Target"])

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func anInputOfEachKindIsSavedAndTheRunGoesOn() throws {
    let scratch = try ScratchFolder()
    let tool = try Tool.run(
      BuiltFuzzer.path,
      [
        "--left", "reference,kernel=7.2", "--right", "reference,kernel=7.3", "--keep-going",
        "--seconds", "4", "--seeds", "Corpus/fuzz", "--artifacts", scratch("found"),
      ])
    #expect(tool.status == 77, "\(tool.errors)")
    let line = /something is wrong in ([0-9]+) of ([0-9]+) scenarios; an input of each kind/
    let numbers = try #require(tool.errors.firstMatch(of: line), "\(tool.errors)").output
    #expect(Int(numbers.1)! > 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch("found"))
    let inputs = names.filter { $0.hasPrefix("crash-") }
    #expect((1...Int(numbers.1)!).contains(inputs.count))
    let scenario = try Tool.iopt("show", "\(scratch("found"))/\(try #require(inputs.first))")
    let file = try scratch.file("one.iopt", scenario.output.utf8)
    let diff = try Tool.iopt(
      "diff", file, "--left", "reference,kernel=7.2", "--right", "reference,kernel=7.3")
    #expect(diff.status == 1, "\(scenario.output)\(diff.output)")
  }

  @Test(.enabled(if: isUpToDate, "\(BuiltFuzzer.comment)"))
  func aReviewRunsWhatItFinds() throws {
    let tool = try Tool.iopt(
      "review", "reference,kernel=7.2", "reference,kernel=7.3", "--seconds", "4", "--no-costs",
      "--shrink", "0")
    #expect(tool.status == 1, "\(tool.output)\(tool.errors)")
    let count = try #require(tool.output.firstMatch(of: /, ([0-9]+) by iopt-fuzz,/)).output.1
    #expect(Int(count)! > 50, "\(tool.output)")
    #expect(!tool.output.contains("without the guidance"))
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ScenarioLanguage
import Testing

@testable import Lockstep
@testable import Report

/// What is told of a tree's own cases that fail: a line for each claim, however many cases make it.
@Suite struct TreeCaseLinesTests {
  private func failure(
    _ suite: String, _ name: String, _ parameter: String, _ reason: String
  ) -> TreeCaseChange.Failure {
    (TreeCase(format: "amdv1", suite: suite, name: name, parameter: parameter), reason)
  }

  @Test func casesThatFailAtOneClaimAreOneLine() {
    let lines = TreeCaseChange.linesByClaim([
      failure("a_test", "one", "p0", "k.h:7: CLAIM: 0x1 == 0x2"),
      failure("a_test", "one", "p1", "k.h:7: CLAIM: 0x1 == 0x2"),
      failure("a_test", "two", "p0", "k.h:7: CLAIM: 0x3 == 0x2"),
      failure("b_test", "one", "p0", "k.h:7: CLAIM: 0x1 == 0x2"),
      failure("b_test", "one", "p0", "k.h:8: CLAIM"),
      failure("c_test", "one", "", "crashes: Aborted"),
    ])
    #expect(
      lines == [
        "a_test one (p0, p1): k.h:7: CLAIM: 0x1 == 0x2; and so in 2 more: a_test two, b_test one",
        "b_test one (p0): k.h:8: CLAIM", "c_test one: crashes: Aborted",
      ])
  }

  @Test func manyCasesAreCountedAndSomeNamed() {
    let lines = TreeCaseChange.linesByClaim(
      (0..<7).map { failure("s\($0)", "one", "", "k.h:7: CLAIM") })
    #expect(lines == ["s0 one: k.h:7: CLAIM; and so in 6 more: s1 one, s2 one, s3 one, s4 one, …"])
  }

  @Test func kindsOfDomainsThatAreNotOpenedForOneReasonAreOneLine() {
    var tally = RunTally()
    for build in [Build.production, .debug] {
      let kind = UnopenedDomain(format: .amdv1, build: build, kernel: .linux7_1, errno: 12)
      tally.unopened[kind] = 2
    }
    #expect(tally.unopenedLines == ["  4 scenarios not opened: ENOMEM (amdv1)"])
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

@testable import iopt_tests

/// What `make test` says of a run, for a person and for programs.
@Suite struct TestReportTests {
  private let run: TestRun
  private let cut: TestRun

  init() throws {
    run = try EventStream.run()
    cut = try EventStream.run(ends: false)
  }

  @Test func theSummaryCountsAndNamesWhatDidNotPass() {
    #expect(
      Summary(isColoured: false).ending(run, log: "a.log") == """
        skipped:
          Room.Other.Inner.each(_:): no <cat> & dog
        slowest:
          0.5 s  Room.Suite.passes
          0.5 s  Room.Suite.fails
        failed:
          Room.Suite.fails
        3 tests in 2 suites: 1 passed, 1 failed, 1 skipped, in 3.0 s (log: a.log)

        """)
    #expect(!run.isGood)
  }

  @Test func aFailureIsToldInFull() throws {
    let test = try #require(run.tests.first { $0.state == .failed })
    #expect(
      Summary(isColoured: false).failure(test) == """
        failed: Room.Suite.fails (0.5 s)
          Tests/A.swift:8:3: Expectation failed: 1 < 2
            and more

        """)
  }

  @Test func colourIsLeftOutWhereItIsNotWanted() throws {
    let test = try #require(run.tests.first { $0.state == .failed })
    #expect(Summary(isColoured: true).failure(test).contains("\u{1b}[31mfailed: \u{1b}[0m"))
    #expect(Summary(isColoured: true).ending(run, log: "").contains("\u{1b}[31m1 passed, 1 failed"))
  }

  @Test func whatRanWhenTheProcessDiedIsNamed() {
    let text = Summary(isColoured: false).ending(cut, log: "a.log")
    #expect(
      text.contains(
        """
        ended early, or otherwise than its tests (status 132): Room.Suite:
          while it ran fails
          A.swift:1: Fatal error: dead

        """), "\(text)")
    #expect(text.contains(": 1 passed, 2 not run to the end, in 3.0 s"), "\(text)")
    #expect(!cut.isGood)
  }

  @Test func aStatusThatNoTestExplainsIsNoSuccess() throws {
    var run = TestRun(EventStream.other.tests, root: "/here")
    try EventStream.skipping().feed(&run, EventStream.other, status: 1)
    #expect(!run.isGood && run.deaths.count == 1)
  }

  /// A run of one test that has passed but for what `change` adds.
  private func passing(
    _ name: String = EventStream.left, _ change: (inout EventStream) -> Void
  ) throws -> TestRun {
    var stream = EventStream()
    stream.event("testStarted", name)
    change(&stream)
    stream.event("testEnded", name)
    stream.event("runEnded")
    var run = TestRun([name], root: "/here")
    let batch = TestBundle.Batch(suite: run.tests[0].batch, tests: [name])
    try stream.feed(&run, batch, status: 0)
    return run
  }

  @Test func anIssueThatIsKnownIsNoFailure() throws {
    #expect(try passing { $0.issue(EventStream.left, "known", isKnown: true) }.isGood)
  }

  @Test func anIssueOfACaseNamesItsArguments() throws {
    let run = try passing {
      $0.issue(EventStream.left, "no", members: #","_testCase":{"displayName":"5"}"#)
    }
    #expect(run.tests[0].issues[0].text == "no (with 5)")
  }

  @Test func anIssueOutsideOfTestsIsAFailure() throws {
    let run = try passing { $0.issue("Room", "no") }
    #expect(!run.isGood)
    #expect(Summary(isColoured: false).ending(run, log: "").contains("failed outside of tests:"))
  }

  @Test func aTestWithoutASuiteIsItsTargets() throws {
    let test = try passing("Room.alone()") { _ in }.tests[0]
    #expect(test.title == "Room.alone" && test.state == .passed)
  }

  @Test func junitIsWellFormedAndCounts() throws {
    let text = junit(run)
    let suite = #"<testsuite name="Room.Suite" tests="2" failures="1" errors="0" skipped="0""#
    #expect(text.contains(suite), "\(text)")
    #expect(text.contains(#"<skipped message="no &lt;cat&gt; &amp; dog"/>"#))
    #expect(text.contains(#"<failure message="Expectation failed: 1 &lt; 2">Tests/A.swift:8:3: "#))
    #expect(junit(cut).contains(#"<error message="the test process ended"/>"#))
    #expect(junit(cut).contains(#"<error message="was not run"/>"#))
  }

  @Test func ktapHasPlansResultsAndReasons() {
    #expect(
      ktap(run) == """
        KTAP version 1
        1..2
          KTAP version 1
          # Subtest: Room.Other.Inner
          1..1
          ok 1 each(_:) # SKIP no <cat> & dog
        ok 1 Room.Other.Inner # SKIP all of its tests
          KTAP version 1
          # Subtest: Room.Suite
          1..2
          ok 1 passes
          # Tests/A.swift:8:3: Expectation failed: 1 < 2
          # and more
          not ok 2 fails
        not ok 2 Room.Suite

        """)
    #expect(ktap(cut).contains("  not ok 2 fails # ERROR the test process ended\n"))
    #expect(ktap(cut).contains("  not ok 1 each(_:) # ERROR was not run\n"))
  }
}

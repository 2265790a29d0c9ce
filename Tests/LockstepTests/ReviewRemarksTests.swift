// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

@testable import Lockstep
@testable import Report

/// What is told of a review beside its findings.
@Suite struct ReviewRemarksTests {
  private func review() -> Review {
    var tally = RunTally()
    (tally.scenarios, tally.judgements) = (3, 3)
    tally.releaseNotes["kernel:x"] = "Linux 7.4.0, newer than all: judged as 7.3"
    tally.refusals["old refuses: no"] = 2
    return Review(
      base: "old", head: "new", changes: [], judgement: JudgementChange(),
      patch: nil, tally: tally, headTally: tally, recorded: 0, notDone: [])
  }

  @Test func everyFormSaysAsWhatATreeIsJudgedAndWhatWasRefused() throws {
    let review = review()
    let judged = "kernel:x is Linux 7.4.0, newer than all: judged as 7.3"
    #expect(review.text.contains("\n    \(judged)\n"))
    #expect(review.markdown.contains("\n- \(judged)\n"))
    #expect(review.ktap.contains("\n# \(judged)\n"))
    #expect(review.markdown.contains("\n- 2 "), "\(review.markdown)")
    let json = String(decoding: try JSONEncoder().encode(ReviewJSON(review)), as: UTF8.self)
    #expect(json.contains(#""judgedAs":{"kernel:x":"Linux 7.4.0, newer than all: judged as 7.3"}"#))
  }
}

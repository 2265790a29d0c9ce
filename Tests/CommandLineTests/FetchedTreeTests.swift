// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// What tests of fetched trees ask before they run.
@Suite struct FetchedTreeTests {
  @Test(arguments: [("7.3.4", true), ("7.3.5", false), ("7.3.40", false)])
  func whatIsPinnedIsSkippedByNameOnAnotherPointRelease(
    _ point: String, _ isRecorded: Bool
  ) throws {
    let scratch = try ScratchFolder()
    _ = try StandInTree(scratch("7.3"), release: point)
    let tree = FetchedTree("7.3", in: scratch.path)
    #expect(tree.isThere && tree.pointRelease == point && tree.isRecorded == isRecorded)
    #expect(
      tree.needsRecorded.rawValue
        == "is pinned to Linux 7.3.4, and .kernel/7.3 is Linux \(point)")
  }

  @Test func withoutATreeTheReasonSaysHowToGetIt() throws {
    let tree = FetchedTree("7.2", in: try ScratchFolder().path)
    #expect(!tree.isThere && !tree.isRecorded)
    #expect(tree.needsRecorded.rawValue == "needs a tree: make kernel-source VERSION=7.2")
  }
}

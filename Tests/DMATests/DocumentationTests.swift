// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import ScenarioLanguage
import Testing

/// The traces in Documentation/invalidation.md: what each subject does now.
@Suite struct DocumentationTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation")

  /// A block of the page, and the file whose trace it is or ends.
  private struct Excerpt {
    var file: String
    var text: String
  }

  /// Every block that a comment with a file's name stands before.
  private static func excerpts() throws -> [Excerpt] {
    let page = try String(
      contentsOf: folder.appendingPathComponent("invalidation.md"), encoding: .utf8)
    return page.components(separatedBy: "<!-- ").dropFirst().map { part in
      let pieces = part.components(separatedBy: " -->\n```text\n")
      return Excerpt(
        file: pieces[0], text: pieces[1].components(separatedBy: "```")[0])
    }
  }

  @Test(arguments: TestSubject.allCases)
  func thePageShowsWhatIsRecorded(_ subject: TestSubject) throws {
    for excerpt in try Self.excerpts() {
      let path = Self.folder.appendingPathComponent(excerpt.file).path
      let recorder = Recorder()
      try FileRun([Engine([Lane(subject.subject)], [recorder])]).run(TraceReader(path: path))
      let trace = recorder.output.string
      #expect(trace == excerpt.text || trace.hasSuffix("\n" + excerpt.text), "\(excerpt.file)")
    }
  }

  @Test func everyExampleIsOnThePageOnce() throws {
    let examples = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appendingPathComponent("examples").path)
    #expect(
      try Self.excerpts().map(\.file).sorted() == examples.map { "examples/\($0)" }.sorted())
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Scenario
import Testing

/// Every divergence worth keeping stays solved. Each file starts with a comment that says what it
/// was; one that names revisions (`# left: …`, `# right: …`) shows a known fault and must differ.
@Suite struct ReproducerTests {
  private static let files = Repository.files(below: "Corpus/reproducers", suffixes: [".iopt"])

  @Test func thereAreReproducers() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files) func saysWhatItWas(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# "))
  }

  @Test(arguments: files) func bothSubjectsAgree(_ path: String) throws {
    let comparison = Comparison(left: Lane(.swift), right: Lane(.reference))
    var report = ""
    comparison.onDivergence = { report = $0.report }
    try comparison.run(TraceReader(path: path))
    #expect(report == "")
  }

  @Test(arguments: files) func theSidesThatItNamesDiffer(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let left = side("left", in: text), let right = side("right", in: text) else { return }
    let comparison = try Comparison(left: LaneChoice(left).lane(), right: LaneChoice(right).lane())
    try comparison.run(TraceReader(path: path))
    #expect(comparison.tally.divergences > 0)
  }

  private func side(_ name: String, in text: String) -> String? {
    let prefix = "# \(name): "
    return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }
  }
}

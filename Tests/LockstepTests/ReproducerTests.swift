// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Every divergence worth keeping stays solved. Each file starts with a comment that says what it
/// was. One that shows a known fault names the two sides and the signature of their first
/// difference (`# left: …`, `# right: …`, `# shows: …`).
@Suite struct ReproducerTests {
  private static let files = Repository.files(below: "Corpus/reproducers", suffixes: [".iopt"])

  @Test func eachOlderRevisionHasOne() throws {
    let texts = try Self.files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    for revision in ["original", "always-add", "proposed"] {
      #expect(texts.contains { $0.contains("\n# left: reference,gather=\(revision)\n") })
    }
  }

  @Test(arguments: files) func saysWhatItWas(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let first = text.prefix { $0 != "\n" }
    #expect(first.hasPrefix("# "))
    #expect(first.split(separator: " ").count > 4)
    #expect(!["# left:", "# right:", "# shows:"].contains(where: first.hasPrefix))
  }

  @Test(arguments: files, [Subject.swift, .reference])
  func allSubjectsAgree(_ path: String, _ subject: Subject) throws {
    let engine = Engine.comparing(Lane(subject), Lane(.reference))
    var report = ""
    engine.onFinding = { report = $0.report }
    try FileRun([engine]).run(TraceReader(path: path))
    #expect(report == "")
    #expect(engine.tally.scenarios > 0)
    #expect(engine.tally.statements > engine.tally.scenarios)
  }

  /// On the sides that are named, and on the other implementation's same revisions.
  @Test(arguments: files, ["reference", "swift"])
  func theSidesThatItNamesDifferAsItSays(_ path: String, _ subject: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let named = ["left", "right", "shows"].compactMap { value($0, in: text) }
    #expect(named.isEmpty || named.count == 3)
    guard named.count == 3 else { return }
    let lanes = try named.prefix(2).map {
      try LaneChoice($0.replacing("reference", with: subject)).lane()
    }
    let engine = Engine.comparing(lanes[0], lanes[1])
    var shown: [String] = []
    engine.onFinding = { shown.append($0.signature.description) }
    try FileRun([engine]).run(TraceReader(path: path))
    #expect(shown == [named[2]])
  }

  /// What each file says that it shows, and no two the same of one pair of sides: else one of them is
  /// needless, or the signature does not tell their causes apart.
  @Test func noTwoShowTheSame() throws {
    let shown = try Self.files.compactMap { path -> [String]? in
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return value("shows", in: text).map {
        [$0] + ["left", "right"].compactMap { value($0, in: text) }
      }
    }
    #expect(!shown.isEmpty)
    #expect(Set(shown.map { $0[0] }).count == shown.count, "\(shown)")
  }

  /// Nothing can be taken from it, and it stays what it is.
  @Test(arguments: files) func shrinksToItself(_ path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let left = value("left", in: text), let right = value("right", in: text) else { return }
    let lanes = [try LaneChoice(left).lane(), try LaneChoice(right).lane()]
    let scenarios = try readScenarios(path: path).map(\.scenario)
    try #require(scenarios.count == 1)
    let result = try #require(Minimizer(OracleChoice([.comparison]), lanes).minimize(scenarios[0]))
    #expect(result.scenario.text == scenarios[0].text)
    #expect(result.signature.description == value("shows", in: text))
  }

  private func value(_ name: String, in text: String) -> String? {
    let prefix = "# \(name): "
    return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
      .map { String($0.dropFirst(prefix.count)) }
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Report
import ScenarioLanguage
import Testing

/// Plug-ins are loaded, run, and refused with their reason.
@Suite struct PluginTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("lockstep-plugin-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Compiles C with the flags of the example's own build line; returns the shared object's path.
  private func build(_ source: String, flags: [String] = []) throws -> String {
    let output = folder.appendingPathComponent("plugin-\(UUID().uuidString).so").path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments =
      ["clang", "-std=c11", "-O2", "-Wall", "-fPIC", "-shared", "-fvisibility=hidden"]
      + ["-I", Repository.path("reference/abi"), "-o", output, source] + flags
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return output
  }

  private func build(text: String) throws -> String {
    let source = folder.appendingPathComponent("\(UUID().uuidString).c")
    try text.write(to: source, atomically: true, encoding: .utf8)
    return try build(source.path)
  }

  private static let example = Repository.path("Documentation/example-plugin/sv39.c")
  private static let onePage = Repository.path("Documentation/example-plugin/one-page.iopt")

  @Test func theExampleAgreesWithBothSubjectsOnWhatItCanDo() throws {
    let plugin = try Subject.named(build(Self.example))
    for subject in [Subject.swift, .reference] {
      let engine = Engine.comparing(Lane(subject), Lane(plugin))
      var report = ""
      engine.onFinding = { report = $0.report }
      try FileRun([engine]).run(TraceReader(path: Self.onePage))
      #expect(report == "")
      #expect(engine.tally.statements == 9)
    }
  }

  @Test func whatTheExampleCannotDoIsRefusedWithItsReasonAndNothingIsCompared() throws {
    let plugin = try Subject.named(build(Self.example))
    let engine = Engine.comparing(Lane(.reference), Lane(plugin))
    #expect(try engine.run(scenario(DivergenceTests.disjoint)) == nil)
    #expect(engine.tally.refused == 1)
    let reason = try #require(engine.tally.refusals.keys.first)
    #expect(reason.hasSuffix(" refuses: knows Sv39 with its usual features only"))
    #expect(engine.tally.verdict == .nothingJudged)
    // The next scenario is run all the same.
    #expect(try engine.run(Self.onePageScenario()) == nil)
    #expect(engine.tally.verdict == .agrees)
  }

  private static func onePageScenario() throws -> Scenario {
    try readScenarios(path: onePage)[0].scenario
  }

  /// What is found when the example with a change is run on the scenario of its own page.
  private func found(
    replacing old: String, with new: String, against other: Subject? = .reference
  ) throws -> Finding? {
    let text = try String(contentsOfFile: Self.example, encoding: .utf8)
    try #require(text.contains(old))
    let plugin = try Subject.named(build(text: text.replacingOccurrences(of: old, with: new)))
    return try Engine.comparing(Lane(other ?? plugin), Lane(plugin))
      .run(Self.onePageScenario(), file: "one-page.iopt")
  }

  @Test func aFaultInAPluginIsReported() throws {
    let finding = try #require(
      try found(replacing: "pte |= PTE_W | PTE_D;", with: "pte |= PTE_W;"))
    #expect(finding.place.operation == 0)
    #expect(finding.oracle == .comparison)
    #expect(finding.report.contains("bit 7 differs"), "\(finding.report)")
    #expect(!finding.report.contains("do not explain"))
  }

  private static let store = "iopt_log_store(d->host->log, pa, 1, word, 0);"

  @Test func aStoreThatIsNotLoggedIsReportedAtItsOperation() throws {
    let finding = try #require(
      try found(replacing: Self.store, with: "if (pa & 0x1000) \(Self.store)", against: nil))
    #expect(finding.oracle == .abi)
    #expect(finding.signature.difference == "untold word")
    #expect(finding.place.operation == 0)
    #expect(finding.headline.contains("without a store record"))
  }

  @Test func aStoreWithAFalseValueIsReported() throws {
    let finding = try #require(
      try found(
        replacing: Self.store,
        with: "iopt_log_store(d->host->log, pa, 1, word ^ 0x400, 0);"))
    #expect(finding.signature.difference == "untold word")
    #expect(finding.place.operation == 0)
  }

  @Test func aStoreOutsideTablesIsReported() throws {
    let finding = try #require(
      try found(
        replacing: Self.store,
        with: "\(Self.store) iopt_log_store(d->host->log, pa + 0x100000, 1, word, 0);"))
    #expect(finding.signature.difference == "store outside tables")
  }

  private func reason(_ specification: String) -> String {
    do throws(SubjectError) {
      _ = try Subject.named(specification)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func aMissingFileIsNamed() {
    #expect(reason("/nowhere/x.so") == "subject '/nowhere/x.so': no such file")
    #expect(reason("swfit").contains("expected swift, reference, kernel:TREE or the path"))
  }

  @Test func aFileThatIsNoSharedObjectIsNamed() throws {
    let path = folder.appendingPathComponent("text.so").path
    try "not an object".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(reason(path).hasPrefix("subject '\(path)': cannot be loaded: "))
  }

  @Test func aMissingSymbolIsNamed() throws {
    let path = try build(text: "int unrelated(void) { return 0; }\n")
    #expect(reason(path) == "subject '\(path)': does not export 'iopt_subject_entry'")
  }

  @Test func aVersionThatNeverWasIsNamed() throws {
    let text = try String(contentsOfFile: Self.example, encoding: .utf8)
      .replacingOccurrences(of: ".abi_version = IOPT_ABI_VERSION", with: ".abi_version = 0")
    let path = try build(text: text)
    #expect(
      reason(path) == "subject '\(path)': built for subject ABI version 0, expected 1 or later")
  }

  @Test func aTableWithoutRunIsNamed() throws {
    let text = try String(contentsOfFile: Self.example, encoding: .utf8)
      .replacingOccurrences(of: "\t.run = sv39_run,\n", with: "")
    let path = try build(text: text, unusedAllowed: true)
    #expect(reason(path).hasSuffix("its iopt_subject lacks a name, open, run or close"))
  }

  private func build(text: String, unusedAllowed: Bool) throws -> String {
    try build(text: "#pragma clang diagnostic ignored \"-Wunused-function\"\n" + text)
  }
}

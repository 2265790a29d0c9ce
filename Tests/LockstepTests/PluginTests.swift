// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Lockstep
import Scenario
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
      let comparison = Comparison(left: Lane(subject), right: Lane(plugin))
      var report = ""
      comparison.onDivergence = { report = $0.report }
      try comparison.run(TraceReader(path: Self.onePage))
      #expect(report == "")
      #expect(comparison.tally.statements == 9)
    }
  }

  @Test func whatTheExampleCannotDoIsRefusedWithItsReason() throws {
    let plugin = try Subject.named(build(Self.example))
    let text = DivergenceTests.disjoint
    let error = #expect(throws: ScenarioError.self) {
      try Comparison(left: Lane(.reference), right: Lane(plugin))
        .firstDifference(in: scenario(text), file: "case.iopt")
    }
    #expect(
      error?.description
        == "case.iopt:2:1: error: subject \(plugin.specification) refuses:"
        + " knows Sv39 with its usual features only")
  }

  @Test func aFaultInAPluginIsReported() throws {
    let broken = try String(contentsOfFile: Self.example, encoding: .utf8)
      .replacingOccurrences(of: "pte |= PTE_W | PTE_D;", with: "pte |= PTE_W;")
    let plugin = try Subject.named(build(text: broken))
    let found = try Comparison(left: Lane(.reference), right: Lane(plugin))
      .firstDifference(
        in: readScenarios(path: Self.onePage)[0].scenario, file: "one-page.iopt")
    let divergence = try #require(found)
    #expect(divergence.operation == 0)
    #expect(divergence.report.contains("bit 7 differs"), "\(divergence.report)")
    #expect(!divergence.report.contains("do not explain"))
  }

  @Test func aStoreThatIsNotLoggedIsReported() throws {
    let broken = try String(contentsOfFile: Self.example, encoding: .utf8)
      .replacingOccurrences(
        of: "iopt_log_store(d->host->log, pa, 1, word, 0);",
        with: "if (pa & 0x1000) iopt_log_store(d->host->log, pa, 1, word, 0);")
    let plugin = try Subject.named(build(text: broken))
    let found = try Comparison(left: Lane(plugin), right: Lane(plugin))
      .firstDifference(
        in: readScenarios(path: Self.onePage)[0].scenario, file: "one-page.iopt")
    let divergence = try #require(found)
    #expect(divergence.headline.contains("without a store record"))
  }

  /// `pte` lines are made from store records: where one side lacks them for its silence, the report
  /// says so at the operation.
  @Test func storesThatAreNotLoggedAreToldWherePTELinesDiffer() throws {
    let silent = try String(contentsOfFile: Self.example, encoding: .utf8)
      .replacingOccurrences(of: "iopt_log_store(d->host->log, pa, 1, word, 0);", with: "")
    let plugin = try Subject.named(build(text: silent))
    let found = try Comparison(left: Lane(.reference), right: Lane(plugin))
      .firstDifference(
        in: readScenarios(path: Self.onePage)[0].scenario, file: "one-page.iopt")
    let divergence = try #require(found)
    #expect(divergence.operation == 0)
    let told =
      "the stores of \(plugin.specification) do not explain its table words: the one at 0x8000"
    #expect(divergence.report.contains(told), "\(divergence.report)")
    #expect(!divergence.report.contains("the stores of reference"))

    let replay = Replay([Lane(plugin)])
    var reports: [String] = []
    replay.onMismatch = { reports.append($0.report) }
    try replay.run(TraceReader(bytes: Array(ReplayTests.trace.utf8), name: "trace"))
    #expect(reports.count == 1 && reports[0].contains(told), "\(reports)")
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
    #expect(reason("swfit").contains("expected swift, reference or the path"))
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

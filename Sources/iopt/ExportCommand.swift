// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Export
import Lockstep
import ScenarioLanguage

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write scenarios as something that the kernel has.",
    discussion: """
      Documentation/kunit.md tells more.

      Example: iopt export kunit case.iopt -o case.c
      """,
    subcommands: [ExportKUnit.self])
}

struct ExportKUnit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kunit",
    abstract: "Write scenarios as KUnit cases for a kernel tree's drivers/iommu/generic_pt.",
    discussion: """
      One case a scenario, which runs it by the kernel's own functions and asserts results, lookups, \
      gathers, what is recorded dirty and that no table is left. What KUnit cannot carry is refused \
      by file, line and reason, and the rest is written: a DMA layer, failing allocations, an \
      encryption bit, warnings and crashes. make kunit and iopt kernel kunit --case run what is \
      written. Exit status: 0 cases were written, 1 the subject broke a rule of the subject ABI or \
      did not survive, 2 bad input, 3 every scenario was refused and nothing was written.

      Example: iopt export kunit case.iopt --expect swift,kernel=7.3 -o case.c
      """)

  @Argument(help: ArgumentHelp("Scenarios, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String] = []

  @Option(
    name: .customLong("change"),
    help: ArgumentHelp(
      "The scenario of a kernel change, as iopt history names it; may be repeated.",
      valueName: "name"))
  var changes: [String] = []

  @Option(
    help: ArgumentHelp(
      "What is expected: what a subject does (\(subjectForms)), in the release of the scenario or"
        + " of ,kernel=K, or no more than the contract promises.",
      valueName: "subject|contract"))
  var expect = "swift"

  @OptionGroup var isolation: IsolationOptions

  @Option(
    name: [.short, .customLong("output")],
    help: ArgumentHelp("Write a file instead of standard output.", valueName: "file.c"))
  var output = "-"

  private var isContract: Bool { expect == "contract" }

  func validate() throws {
    guard !files.isEmpty || !changes.isEmpty else {
      throw ValidationError("expected a file with scenarios, or --change")
    }
    for name in changes where !KernelHistory.changes.contains(where: { $0.name == name }) {
      let expected = KernelHistory.changes.map(\.name).joined(separator: ", ")
      throw ValidationError("--change \(name): expected \(expected)")
    }
  }

  func run() throws {
    let observer = try ScenarioObserver(isContract ? "swift" : expect, isolation)
    var suite = KUnitSuite(
      name: suiteName, command: command, expectation: isContract ? .contract : .subject(expect))
    var refused = 0
    func take(_ source: SourceScenario) throws {
      do {
        try add(source, observer, to: &suite)
      } catch let refusal as KUnitRefusal {
        writeError(refusal.description.printable + "\n")
        refused += 1
      }
    }
    for file in files {
      for source in try SourceScenario.all(path: file) { try take(source) }
    }
    for change in KernelHistory.changes where changes.contains(change.name) {
      try take(try ChangeCase.source(change))
    }
    if suite.count > 0 { try write(suite.text) }
    if refused > 0 || output != "-" {
      writeError("\(suite.count) cases written, \(refused) scenarios refused\n")
    }
    if observer.foundFault { throw somethingDiffers }
    if suite.count == 0 { throw nothingJudged }
  }

  private func add(
    _ source: SourceScenario, _ observer: ScenarioObserver, to suite: inout KUnitSuite
  ) throws {
    if let refusal = source.refusal { throw refusal }
    let source = isContract ? source.withLookups : source
    var scenario = observer.meant(source.scenario)
    let own = try observer.observe(scenario, of: source)
    scenario.domain.build = scenario.domain.build == .debug ? .production : .debug
    let other = try? observer.observe(scenario, of: source)
    try suite.add(source, own: own, other: other)
  }

  private var suiteName: String {
    let path = output == "-" ? files.first ?? changes.first ?? "-" : output
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name == "-" ? "scenarios.c" : name
  }

  /// As it can be typed again, but for folders: those say nothing to who reads the file.
  private var command: String {
    var words = ["iopt export kunit"]
    if let first = files.first {
      words.append(first.split(separator: "/").last.map(String.init) ?? first)
    }
    if files.count > 1 { words.append("… (\(files.count) files)") }
    words += changes.prefix(2).map { "--change \($0)" }
    if changes.count > 2 { words.append("… (\(changes.count) changes)") }
    return words.joined(separator: " ") + (expect == "swift" ? "" : " --expect \(expect)")
  }

  private func write(_ text: String) throws {
    var buffer = TextBuffer(capacity: text.utf8.count + 1)
    buffer.append(text)
    if output == "-" { return print(text, terminator: "") }
    var file = try FileOutput(path: output)
    try file.append(buffer.bytes)
    try file.commit()
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import ScenarioLanguage

/// How much a verb that judges files prints, and in which form.
struct ReportOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Print at most this many reports; the rest are counted.")
  var reports = 10

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard reports >= 0 else { throw ValidationError("--reports takes at least 0") }
  }

  /// Runs the files on all engines, with reports as findings are made; `progress` is what the
  /// terminal shows meanwhile. Returns what was run, and what is to be printed as JSON.
  func judge(
    _ files: [String], _ engines: [Engine], keepsObservations: Bool = false,
    progress text: @escaping (FileRun.Tally) -> String
  ) throws -> (run: FileRun.Tally, printer: FindingPrinter) {
    let progress = ProgressLine()
    let printer = FindingPrinter(limit: reports, isSilent: json, progress)
    engines.forEach(printer.listen)
    let run = FileRun(engines, keepsObservations: keepsObservations)
    if progress.isShown { run.onProgress = { progress.show(text($0)) } }
    for file in files { try run.run(TraceReader(path: file)) }
    printer.finish()
    return (run.tally, printer)
  }
}

/// The subjects that are judged one by one.
struct SubjectsOption: ParsableArguments {
  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp(
      "\(subjectForms); may be repeated. Default: swift and reference.",
      valueName: "subject[,gather=R]"))
  var subjects: [String] = []

  func lanes() throws -> [Lane] {
    try (subjects.isEmpty ? ["swift", "reference"] : subjects).map { try LaneChoice($0).lane() }
  }
}

extension RunTally {
  /// What all engines went through.
  init(_ engines: [Engine]) {
    self.init()
    for engine in engines { add(engine.tally) }
  }
}

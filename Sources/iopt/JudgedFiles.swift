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

  /// Runs the files as each of `plans` says, with reports as findings are made; `progress` is what
  /// the terminal shows meanwhile. Returns who judged, what was run, and what is to be printed as
  /// JSON.
  func judge(
    _ files: [String], _ plans: [EnginePlan], _ isolation: IsolationOptions,
    keepsObservations: Bool = false, progress text: @escaping (FileRun.Tally) -> String
  ) throws -> (judges: [any Judging], run: FileRun.Tally, printer: FindingPrinter) {
    let progress = ProgressLine()
    let printer = FindingPrinter(limit: reports, isSilent: json, progress)
    let judges = try plans.map { plan -> any Judging in
      guard isolation.isolates(plan.requests) else { return try plan.engine() }
      return IsolatedEngine(plan, limit: isolation.duration, replays: keepsObservations)
    }
    judges.forEach(printer.listen)
    let show = progress.isShown ? { progress.show(text($0)) } : nil
    let tally = try run(files, judges, keepsObservations, show)
    printer.finish()
    return (judges, tally, printer)
  }

  private func run(
    _ files: [String], _ judges: [any Judging], _ keepsObservations: Bool,
    _ show: ((FileRun.Tally) -> Void)?
  ) throws -> FileRun.Tally {
    let engines = judges.compactMap { $0 as? Engine }
    let isolated = judges.compactMap { $0 as? IsolatedEngine }
    guard !isolated.isEmpty else {
      let run = FileRun(engines, keepsObservations: keepsObservations)
      run.onProgress = show
      for file in files { try run.run(TraceReader(path: file)) }
      return run.tally
    }
    for engine in isolated { try engine.load(file: files.first ?? "") }
    let run = BatchRun(isolated, beside: engines, keepsObservations: keepsObservations)
    run.onProgress = show
    for file in files { try run.run(TraceReader(path: file)) }
    try run.finish()
    return run.tally
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

  /// The same where recorded lines are all that there is to compare: what a host hears is not among them.
  func deafRequests() throws -> [LaneRequest] {
    let requests = try requests()
    guard let first = requests.first(where: { $0.host.contains(.listens) }) else { return requests }
    throw ValidationError(
      "subject '\(first.label)': a trace has no line for what a host hears: leave out ,listen")
  }

  func requests() throws -> [LaneRequest] {
    try (subjects.isEmpty ? ["swift", "reference"] : subjects).map { try LaneRequest($0) }
  }
}

extension RunTally {
  /// What all of them went through.
  init(_ judges: [any Judging]) {
    self.init()
    for judge in judges { add(judge.tally) }
  }
}

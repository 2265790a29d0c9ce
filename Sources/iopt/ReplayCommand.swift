// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Lockstep
import Scenario

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare recorded traces with what each subject does.",
    discussion: """
      Prints the first difference of each scenario and subject. Exit status: 0 when everything \
      matches, 1 when something differs, 2 on bad input.

      Example: iopt replay Corpus/kernel/pt/*.iopt.gz --subject swift
      """)

  @Argument(help: ArgumentHelp("Traces, plain or gzip; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    name: .customLong("subject"),
    help: ArgumentHelp(
      "swift, reference or the path of a plug-in (PATH.so); may be repeated. Default: both.",
      valueName: "subject"))
  var subjects: [String] = []

  @Option(help: "Print at most this many reports; the rest are counted.")
  var reports = 10

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard reports >= 0 else { throw ValidationError("--reports takes at least 0") }
  }

  func run() throws {
    let names = subjects.isEmpty ? ["swift", "reference"] : subjects
    let lanes = try names.map { try LaneChoice($0).lane() }
    let replay = Lockstep.Replay(lanes)
    let progress = ProgressLine()
    var found: [Divergence] = []
    replay.onMismatch = { divergence in
      if found.count < reports {
        found.append(divergence)
        progress.clear()
        if !json { print(divergence.report) }
      }
    }
    if progress.isShown {
      replay.onProgress = { tally in
        progress.show("\(tally.scenarios) scenarios, \(tally.observations) observations")
      }
    }
    for file in files { try replay.run(TraceReader(path: file)) }
    progress.clear()
    try summarize(replay.tally, found, lanes.map(\.label))
    if replay.tally.mismatches > 0 { throw somethingDiffers }
  }

  private func summarize(
    _ tally: ReplayTally, _ found: [Divergence], _ names: [String]
  ) throws {
    guard !json else {
      return try printJSON(
        ReplayJSON(
          subjects: names, scenarios: tally.scenarios, statements: tally.statements,
          observations: tally.observations, mismatches: tally.mismatches,
          reports: found.map(DivergenceJSON.init)))
    }
    if tally.mismatches > found.count {
      print("… \(tally.mismatches - found.count) more mismatches (--reports shows more)")
    }
    let verdict =
      tally.mismatches == 0
      ? "all equal"
      : "\(tally.mismatches) scenarios differ"
        + (names.count > 1 ? ", counted for each subject" : "")
    print(
      "\(names.joined(separator: ", ")): \(tally.scenarios) scenarios, \(tally.statements)"
        + " statements, \(tally.observations) observations compared: \(verdict)")
  }
}

private struct ReplayJSON: Encodable {
  var subjects: [String]
  var scenarios: Int
  var statements: Int
  var observations: Int
  var mismatches: Int
  var reports: [DivergenceJSON]
}

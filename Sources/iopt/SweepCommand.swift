// SPDX-License-Identifier: GPL-2.0-only
import ArgumentParser
import Glibc
import Lockstep
import Report
import ScenarioLanguage

struct Sweep: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run what random testing does not reach: all of something, one after the other.",
    discussion: """
      A scenario in which something is wrong is written to the folder of --artifacts and \
      reported as iopt diff does. \(exitStatuses)

      Example: iopt sweep exhaustive
      """,
    subcommands: [
      SweepExhaustive.self, SweepAllocations.self, SweepConfigurations.self, SweepContract.self,
      SweepDriverConfigurations.self,
    ])
}

/// `--kernel` of a sweep.
struct SweepRelease: ParsableArguments {
  @Option(
    name: .customLong("kernel"),
    help: ArgumentHelp(
      "The release that is meant: \(Kernel.names). Default: what the scenarios say; those that are"
        + " made up are of version 1 of the language, which means 7.1.",
      valueName: "release"))
  var argument: KernelArgument?

  var kernel: Kernel? { argument?.kernel }

  /// The scenario with the release, if one was named.
  func applied(to scenario: Scenario) -> Scenario { kernel.map(scenario.with) ?? scenario }
}

struct SweepOutput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where scenarios go in which something is wrong; made when needed.", valueName: "dir"))
  var artifacts = "artifacts"

  @Option(
    parsing: .unconditional, help: "Write and print at most this many; the rest are counted.")
  var reports = 10

  func validate() throws {
    guard reports >= 0 else { throw ValidationError("--reports takes at least 0") }
  }

  /// Writes a scenario to a file of its own; returns its path.
  func keep(_ scenario: Scenario, as kind: String) throws -> String {
    var text = TextBuffer()
    text.append(scenario)
    let name = ContentName(of: Array(text.bytes)).description.prefix(12)
    let path = "\(artifacts)/sweep-\(kind)-\(name).iopt"
    if mkdir(artifacts, 0o777) != 0, errno != EEXIST {
      throw ScenarioError(
        file: artifacts, position: .file,
        message: "cannot make the folder: \(String(cString: strerror(errno)))")
    }
    var file = try FileOutput(path: path)
    try file.append(text.bytes)
    try file.commit()
    return path
  }
}

/// What a sweep found so far.
final class SweepFindings {
  private let output: SweepOutput
  private let judge: any ScenarioJudge
  private(set) var count = 0
  /// Why a finding could not be kept; thrown when the sweep is over.
  private var failure: (any Error)?
  private let progress: ProgressLine

  /// `judge` makes reports: it judges as the sweep does and is nobody else's.
  init(_ output: SweepOutput, _ judge: any ScenarioJudge, _ progress: ProgressLine) {
    self.output = output
    self.judge = judge
    self.progress = progress
  }

  /// Keeps and reports a scenario in which something is wrong; `source` says where it came from.
  func report(_ scenario: Scenario, _ kind: String, from source: String? = nil) {
    add(scenario, kind) { path in
      let report =
        try judge.judge(scenario, file: path)?.report
        ?? "\(path.printable): wrong only in the run that found it\n"
      return report + (source.map { "  the scenario is that of \($0)\n" } ?? "")
    }
  }

  /// Keeps and reports a scenario in which a subject ended the process of the sweep.
  func report(_ scenario: Scenario, _ kind: String, lostTo fatality: Fatality) {
    add(scenario, kind) { path in
      try judge.judge(scenario, file: path)?.report
        ?? "\(path): \(fatality.subject) ended the process of the sweep: \(fatality.name)\n"
    }
  }

  /// The same where nothing of a scenario had begun.
  func reportLoss(_ fatality: Fatality) {
    count += 1
    progress.clear()
    print("\(fatality.subject) ended the process of the sweep before it began: \(fatality.name)")
  }

  /// Says that a sweep was given up.
  func tellGivenUp() {
    progress.clear()
    print("… given up: too many processes were lost")
  }

  /// Keeps a scenario and prints what `text` makes of the file's name.
  func add(_ scenario: Scenario, _ kind: String, _ text: (String) throws -> String) {
    count += 1
    guard count <= output.reports, failure == nil else { return }
    do {
      let path = try output.keep(scenario, as: kind)
      progress.clear()
      print(Ink.standardOutput.report(try text(path)))
    } catch {
      failure = error
    }
  }

  /// How the sweep of `runs` ended, in words. What ended the process of the sweep counts, wherever that
  /// was.
  func verdict(_ runs: RunTally) -> String {
    count > 0 ? "\(count) differ" : runs.verdict(agrees: "no difference", differs: "some differ")
  }

  /// Ends the sweep: prints why scenarios were not opened, refused or left out, then `summary`, and
  /// leaves with the status that belongs to it.
  func finish(_ summary: String, _ tally: RunTally, leftOut: [String] = []) throws {
    progress.clear()
    if count > output.reports {
      print("… \(count - output.reports) more (--reports shows more)")
    }
    for line in tally.unopenedLines + tally.refusalLines { print(line) }
    for line in leftOut { print("  " + line) }
    print(Ink.standardOutput.summary(summary, count > 0 ? .differs : tally.verdict))
    if let failure { throw failure }
    if count > 0 { throw somethingDiffers }
    try tally.verdict.leave()
  }
}
